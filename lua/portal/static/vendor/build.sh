#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Makes designsystemet.css from the published package, so that anybody can check what is vendored:
#   npm pack @digdir/designsystemet-css@1.22.0 && sh build.sh digdir-designsystemet-css-1.22.0.tgz
set -eu
package=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
echo "0eeef1d967ee4f21e5e59f37c20666db8b66f20d93d4617907c4c4661f52298c  $package" | sha256sum --check --quiet
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xzf "$package" -C "$work"
{
    echo '/*! @digdir/designsystemet-css 1.22.0, MIT, Copyright Digitaliseringsdirektoratet (Digdir). See LICENSE. */'
    echo '@layer ds.base{'
    cat "$work/package/dist/src/base.css"
    echo '}@layer ds.components{'
    for part in button field fieldset input label validation-message error-summary alert tag table; do
        cat "$work/package/dist/src/$part.css"
        echo
    done
    echo '}'
} > "$here/designsystemet.css"
cp "$work/package/LICENSE" "$here/LICENSE"
