#!/bin/sh
# Runs the benchmarks in one go and writes docs/performance.md. Installs the peers they run against.
set -eu
cd "$(dirname "$0")/.."

need() { # need COMMAND PACKAGE
	command -v "$1" >/dev/null 2>&1 && return
	sudo=
	[ "$(id -u)" = 0 ] || sudo=sudo
	echo "installing $2"
	$sudo apt-get -qq update
	DEBIAN_FRONTEND=noninteractive $sudo apt-get -qq install -y --no-install-recommends "$2" >/dev/null
}
PATH=$PATH:/usr/sbin
need wrk wrk
need nginx nginx-light
exec go run ./bench "$@"
