#!/bin/sh
# deps.sh [test]: installs the C libraries ImageKit is built with, and with "test" the programs its tests use, where
# they are missing. Debian and Ubuntu: by apt, with sudo when not root. Elsewhere it says what to install and stops.
set -eu

packages="pkg-config libjpeg62-turbo-dev libzimg-dev libwebp-dev libavif-dev libspng-dev liblcms2-dev"
have() {
	command -v pkg-config >/dev/null 2>&1 &&
		pkg-config --exists libjpeg zimg libwebp libwebpdemux libwebpmux libavif spng lcms2
}
if [ "${1:-}" = test ]; then
	packages="$packages libavif-bin" # a second decoder for AVIF
	packages="$packages curl openssl procps" # what the operator's guide calls
	packages="$packages nodejs python3" # what runs the page's snippets
	packages="$packages python3-pil" # a second reader of BMP, ICO, PNM and TIFF
	packages="$packages clang-format" # the style of C
	packages="$packages systemd nginx-light haproxy prometheus mmdebstrap" # what the files of deploy/ are for, and Debian roots
	have_tools() {
		for tool in avifdec clang-format curl openssl pgrep node python3 systemd-analyze nginx haproxy prometheus promtool mmdebstrap; do
			command -v "$tool" >/dev/null 2>&1 || return 1
		done
	}
else
	have_tools() { true; }
fi

have && have_tools && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
	have && exit 0 # the tests do without the programs, and say so
	cat >&2 <<-TEXT
		ImageKit needs these C libraries and their headers:
		  libjpeg-turbo, zimg, libwebp, libavif, libspng, lcms2 (and pkg-config)
		Homebrew:  brew install pkgconf jpeg-turbo zimg webp libavif libspng little-cms2
		Alpine:    apk add pkgconf libjpeg-turbo-dev zimg-dev libwebp-dev libavif-dev libspng-dev lcms2-dev
		Install them and run the command again.
	TEXT
	exit 1
fi

# Ubuntu has libjpeg-turbo's headers under another name.
. /etc/os-release
[ "${ID:-}" = ubuntu ] && packages=$(echo "$packages" | sed 's/libjpeg62-turbo-dev/libjpeg-turbo8-dev/')

sudo=
if [ "$(id -u)" != 0 ]; then
	sudo=sudo
	if ! command -v sudo >/dev/null 2>&1; then
		echo "ImageKit needs packages, and only root can install them. Run as root, then repeat the command as yourself:" >&2
		echo "  apt-get update && apt-get install -y --no-install-recommends $packages" >&2
		exit 1
	fi
fi
echo "installing with apt-get: $packages"
$sudo apt-get -q update
# The tests start nginx and Prometheus themselves; as services of this machine they would only be in the way. This file
# tells Debian's packages not to start what they install.
policy=/usr/sbin/policy-rc.d
if [ "${1:-}" = test ] && [ ! -e "$policy" ]; then
	trap '$sudo rm -f "$policy"' EXIT
	printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null
	$sudo chmod +x "$policy"
fi
# shellcheck disable=SC2086 # the list is meant to be split
$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $packages
have || { echo "the libraries were installed, but pkg-config does not find all of them" >&2; exit 1; }
