// SPDX-License-Identifier: EUPL-1.2
#include "store/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

// statfs(2) lists these; not all are in <linux/magic.h> of every system.
enum {
    TYPE_NFS = 0x6969,
    TYPE_SMB = 0x517B,
    TYPE_NCP = 0x564C,
    TYPE_CODA = 0x73757245,
    TYPE_AFS = 0x5346414F,
    TYPE_CEPH = 0x00C36400,
    TYPE_9P = 0x01021997,
    TYPE_FUSE = 0x65735546,
};
static const uint32_t TYPE_CIFS = 0xFF534D42, TYPE_SMB2 = 0xFE534D42;

bool folder_type_is_network(long type, const char *fuse_kind) {
    static const char *const REMOTE[] = {
        "sshfs",  "rclone", "s3fs",   "glusterfs", "davfs",   "curlftpfs", "gcsfs",    "gcsfuse",
        "cephfs", "ceph",   "goofys", "smbnetfs",  "juicefs", "mfs",       "lizardfs", "google-drive-ocamlfuse"};
    uint32_t low = (uint32_t)type; // the field is signed on some systems, and the types are 32 bits
    if (low == TYPE_NFS || low == TYPE_SMB || low == TYPE_NCP || low == TYPE_CODA || low == TYPE_AFS ||
        low == TYPE_CEPH || low == TYPE_9P || low == TYPE_CIFS || low == TYPE_SMB2)
        return true;
    if (low != TYPE_FUSE || !fuse_kind || strncmp(fuse_kind, "fuse.", 5) != 0)
        return false;
    for (size_t i = 0; i < sizeof REMOTE / sizeof REMOTE[0]; i++)
        if (strcmp(fuse_kind + 5, REMOTE[i]) == 0)
            return true;
    return false;
}

// The file system's type as the kernel names it, from /proc/self/mountinfo by device number:
//   36 35 0:42 / /data rw,nosuid shared:1 - fuse.sshfs user@host:/ rw
static bool mount_kind(dev_t device, char *kind, size_t size) {
    FILE *file = fopen("/proc/self/mountinfo", "re");
    if (!file)
        return false;
    char *line = NULL;
    size_t capacity = 0;
    bool found = false;
    while (!found && getline(&line, &capacity, file) >= 0) {
        unsigned major_number, minor_number;
        const char *after = strstr(line, " - ");
        if (!after || sscanf(line, "%*d %*d %u:%u", &major_number, &minor_number) != 2 ||
            major_number != major(device) || minor_number != minor(device))
            continue;
        after += 3;
        snprintf(kind, size, "%.*s", (int)strcspn(after, " \n"), after);
        found = true;
    }
    free(line);
    fclose(file);
    return found;
}

status folder_create(const char *folder, fault *f) {
    if (mkdir(folder, 0700) == 0 || errno == EEXIST)
        return STATUS_OK;
    return fault_set(f, STATUS_UNAVAILABLE, "store.folder",
                     "The data folder %s cannot be made (%s). Create it, or name another one.", folder,
                     strerror(errno));
}

status folder_temporary(const char *name, char path[FOLDER_TEMPORARY], fault *f) {
    const char *where = getenv("TMPDIR");
    if (!where || !*where)
        where = "/tmp";
    int len = snprintf(path, FOLDER_TEMPORARY, "%s/%s-XXXXXX", where, name);
    if (len < FOLDER_TEMPORARY && mkdtemp(path))
        return STATUS_OK;
    const char *why = len < FOLDER_TEMPORARY ? strerror(errno) : "its name is too long";
    path[0] = '\0';
    return fault_set(f, STATUS_UNAVAILABLE, "store.temporary",
                     "No folder can be made in %.200s (%s). Set TMPDIR to a folder that you may write to.", where, why);
}

status folder_check_local(const char *folder, fault *f) {
    struct statfs system;
    struct stat about;
    char kind[64] = "";
    if (statfs(folder, &system) < 0 || stat(folder, &about) < 0)
        return fault_set(f, STATUS_UNAVAILABLE, "store.folder",
                         "The data folder %s cannot be used (%s). Check its name and who may read it.", folder,
                         strerror(errno));
    bool known = mount_kind(about.st_dev, kind, sizeof kind);
    if (!folder_type_is_network((long)system.f_type, known ? kind : NULL))
        return STATUS_OK;
    return fault_set(f, STATUS_UNAVAILABLE, "store.network_folder",
                     "The data folder %s is on a network file system (%s), where a database gets damaged. "
                     "Choose a folder on a disk of this machine.",
                     folder, known ? kind : "remote");
}

status folder_sync_of(const char *path, fault *f) {
    char folder[4096];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (synced)
        return STATUS_OK;
    return fault_set(f, STATUS_INTERNAL, "store.sync", "The folder %s cannot be written to disk (%s).", folder,
                     strerror(error));
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *walk) {
    (void)about, (void)type, (void)walk;
    return remove(path);
}

void folder_remove(const char *folder) {
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
