#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The jail on the kernel of Debian 12, with control groups that have their controllers, in a virtual machine.

The machine has this one's files, read-only, and nothing else: no network, no disk. Its kernel is fetched as a Debian package and
only unpacked. QEMU emulates it in software, so it takes some minutes.
"""
import gzip
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = pathlib.Path(os.environ.get("INTERLINK_BUILD", ROOT / "build/dev"))
MODULES = ("drivers/virtio/virtio*.ko", "net/9p/9pnet.ko", "net/9p/9pnet_virtio.ko", "fs/netfs/netfs.ko",
           "fs/fscache/fscache.ko", "fs/9p/9p.ko", "fs/overlayfs/overlay.ko")
PATIENCE = 1500


def said(*words, **how):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, **how).stdout


def kernel_fetch(folder):
    """Unpacks the kernel package that linux-image-amd64 depends on; gives its folder, which is kept for the next time."""
    name = re.search(r"Depends: (linux-image-\S+)", said("apt-cache", "depends", "linux-image-amd64")).group(1)
    kernel = folder / name
    if not kernel.exists():
        with tempfile.TemporaryDirectory(dir=folder) as place:
            said("apt-get", "download", "-qq", name, cwd=place)
            said("dpkg-deb", "-x", next(pathlib.Path(place).glob("*.deb")), f"{place}/kernel")
            (pathlib.Path(place) / "kernel").rename(kernel)
    return kernel


def first_files(kernel, out):
    """The files that the kernel starts with: busybox, modules, init."""
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        for name in ("bin", "modules"):
            (place / name).mkdir()
        shutil.copy("/bin/busybox", place / "bin/busybox")
        shutil.copy(HERE / "init", place / "init")
        (place / "init").chmod(0o755)
        (place / "environment").write_text(
            f"export SOURCE='{ROOT}' INTERLINK_BUILD='{BUILD.resolve()}' PYTHON='{sys.executable}'\n")
        for pattern in MODULES:
            for module in next((kernel / "lib/modules").iterdir()).glob(f"kernel/{pattern}"):
                shutil.copy(module, place / "modules")
        names = said("find", ".", cwd=place)
        packed = subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], cwd=place, input=names.encode(), check=True,
                                stdout=subprocess.PIPE).stdout
        out.write_bytes(gzip.compress(packed, 1))


def boot(folder):
    kernel = kernel_fetch(folder)
    first_files(kernel, folder / "first_files.gz")
    return said(
        "qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-smp", "2", "-m", "2048", "-display", "none", "-serial", "stdio",
        "-no-reboot", "-nic", "none", "-kernel", next((kernel / "boot").glob("vmlinuz*")), "-initrd", folder / "first_files.gz",
        "-append", "console=ttyS0 panic=-1 quiet", "-fsdev",
        "local,id=machine,path=/,security_model=none,readonly=on,multidevs=remap",
        "-device", "virtio-9p-pci,fsdev=machine,mount_tag=machine", stdin=subprocess.DEVNULL, timeout=PATIENCE)


class Debian(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = BUILD / "vm"
        folder.mkdir(exist_ok=True)
        cls.text = boot(folder).replace("\r", "")
        print(cls.text, flush=True)
        cls.outcomes, begin = {}, 0
        for end in re.finditer(r"^END (\S+) (\d+)$", cls.text, re.M):
            cls.outcomes[end.group(1)] = (int(end.group(2)), cls.text[begin:end.start()])
            begin = end.end()

    def outcome(self, name, code):
        self.assertIn(name, self.outcomes, "the machine did not come so far")
        self.assertEqual(self.outcomes[name][0], code, self.outcomes[name][1])
        return self.outcomes[name][1]

    def test_it_is_debians_kernel(self):
        self.assertRegex(self.outcome("kernel", 0), r"6\.1\.\d+-\d+-amd64")

    def test_every_needed_layer_holds(self):
        for name in ("doctor", "doctor_somebody"):
            text = self.outcome(name, 0)
            self.assertIn("holds: Landlock 2", text)
            self.assertIn("All is well.", text)
            self.assertNotIn("MISSING", text)
            contained, of = re.search(r"all layers, as a function +(\d+) of (\d+)", text).groups()
            self.assertEqual(contained, of)

    def test_control_groups_limit(self):
        self.assertIn("[       OK ] the_kernel_keeps_the_limits", self.outcome("groups_unit", 0))
        self.outcome("groups", 0)
        self.assertNotIn("skipped", self.outcomes["groups"][1])

    def test_without_namespaces_strangers_are_refused(self):
        text = self.outcome("doctor_without_namespaces", 1)
        self.assertRegex(text, r"nobody outside +MISSING")
        self.assertIn("Only what ships with the program is run", text)


if __name__ == "__main__":
    unittest.main(verbosity=1)
