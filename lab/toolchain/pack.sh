#!/bin/sh
# Packs the toolchain as the vendor packs its media: <out.zip> with bin/ lib/ share/, and license.dat beside it. The same input gives the same bytes.
set -eu
if [ $# -ne 1 ]; then
  echo "usage: $0 <out.zip>" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT
mkdir -p "$staging/usr/bin"
if [ -x /usr/bin/arping ]; then cp /usr/bin/arping "$staging/usr/bin/arping"; fi
sh "$here/install.sh" "$staging"
rm "$staging/opt/kingbase-lab/server/bin/license.dat"
python3 - "$staging/opt/kingbase-lab/server" "$1" <<'PYTHON'
import os, sys, zipfile

source, target = sys.argv[1:]
names = sorted(os.path.relpath(os.path.join(folder, name), source) for folder, _, files in os.walk(source) for name in files)
with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
    for name in names:
        path = os.path.join(source, name)
        entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
        entry.create_system = 3
        entry.external_attr = (0o100755 if os.access(path, os.X_OK) else 0o100644) << 16
        with open(path, "rb") as file:
            archive.writestr(entry, file.read())
PYTHON
cp "$here/license.dat" "$(dirname "$1")/license.dat"
