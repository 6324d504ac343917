#!/bin/sh
# Runs the benchmarks in one go and writes docs/performance.md. Installs the peers they run against.
# One section, printed: bench/run.sh -only engine. Everything in few rounds, to see that it runs: -quick.
set -eu
cd "$(dirname "$0")/.."

need() { # need COMMAND PACKAGE
	command -v "$1" >/dev/null 2>&1 && return
	sudo=
	[ "$(id -u)" = 0 ] || sudo=sudo
	echo "installing $2" >&2
	$sudo apt-get -qq update
	DEBIAN_FRONTEND=noninteractive $sudo apt-get -qq install -y --no-install-recommends "$2" >/dev/null
}
PATH=$PATH:/usr/sbin
need wrk wrk
need nginx nginx-light
need djpeg libjpeg-turbo-progs
need butteraugli butteraugli
need node nodejs
need npm npm
node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 9) ? 0 : 1)' || {
	echo "sharp needs Node.js 20.9 or newer, this is $(node --version)" >&2
	exit 1
}
# npm ci installs exactly what the lock file says.
cmp -s bench/package-lock.json bench/node_modules/.installed || {
	echo "installing sharp" >&2
	(cd bench && npm ci --silent --no-audit --no-fund)
	cp bench/package-lock.json bench/node_modules/.installed
}
make -s build >&2 # never measure yesterday's program
exec go run -tags netgo ./bench "$@"
