#!/bin/sh
# browser.sh: what the tests of the playground need, where it is missing: Chromium (Debian, by apt, with sudo when not
# root) and in bin/ the accessibility checker axe-core (MPL-2.0, by npm, which apt brings). The tests do without either,
# and say so, so nothing fails here but a checker that is not the one that was pinned.
set -eu

# install PACKAGE... prints what apt-get does.
install() {
	command -v apt-get >/dev/null 2>&1 || return 1
	sudo=
	[ "$(id -u)" = 0 ] || sudo=sudo
	echo "installing with apt-get: $*"
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$@"
}

command -v chromium >/dev/null 2>&1 || install chromium fonts-dejavu-core ||
	echo "no chromium: the playground is not tested in a browser" >&2

version=4.14.1
sha256=29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c # of axe.min.js
file=bin/axe-core-$version.js

[ -f "$file" ] && exit 0
command -v npm >/dev/null 2>&1 || install npm || { echo "no npm to fetch axe-core: accessibility is not checked" >&2; exit 0; }
mkdir -p bin
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
(cd "$dir" && npm pack --silent "axe-core@$version" >/dev/null) || { echo "axe-core cannot be fetched; accessibility is not checked" >&2; exit 0; }
tar -xzf "$dir/axe-core-$version.tgz" -C "$dir" package/axe.min.js
echo "$sha256  $dir/package/axe.min.js" | sha256sum -c - >/dev/null || { echo "axe-core $version is not what it was" >&2; exit 1; }
mv "$dir/package/axe.min.js" "$file"
