#!/bin/sh
# install.sh: what this rig needs, where it is missing: Wine, and a C compiler for Windows that makes the one library
# which Go wants and Wine 8 lacks. Debian, by apt, with sudo when not root.
set -eu
[ -x /usr/lib/wine/wine64 ] && command -v x86_64-w64-mingw32-gcc >/dev/null 2>&1 && exit 0
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
echo "installing with apt-get: wine64 gcc-mingw-w64-x86-64-win32"
exec $sudo env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends wine64 gcc-mingw-w64-x86-64-win32
