#!/bin/sh
# deps.sh [test]: installs the C libraries ImageKit is built with, and with "test" the programs its tests use, where
# they are missing. Debian and Ubuntu: by apt, with sudo when not root. Elsewhere it says what to install and stops.
set -eu

packages="pkg-config libjpeg62-turbo-dev libzimg-dev libwebp-dev libavif-dev libspng-dev liblcms2-dev"
have() {
	command -v pkg-config >/dev/null 2>&1 &&
		pkg-config --exists libjpeg zimg libwebp libwebpdemux libavif spng lcms2
}
if [ "${1:-}" = test ]; then
	packages="$packages libavif-bin" # a second decoder for AVIF
	packages="$packages curl openssl procps" # what the operator's guide calls
	packages="$packages nodejs python3" # what runs the page's snippets
	have_tools() {
		for tool in avifdec curl openssl pgrep node python3; do command -v "$tool" >/dev/null 2>&1 || return 1; done
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
[ "$(id -u)" = 0 ] || sudo=sudo
echo "installing: $packages"
$sudo apt-get -qq update
# shellcheck disable=SC2086 # the list is meant to be split
DEBIAN_FRONTEND=noninteractive $sudo apt-get -qq install -y --no-install-recommends $packages >/dev/null
have || { echo "the libraries were installed, but pkg-config does not find all of them" >&2; exit 1; }
