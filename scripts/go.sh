#!/bin/sh
# go.sh: is there a Go that can build this, and a C compiler? Asked before anything is installed; says in one line what
# is wrong. A Go of 1.21 or later fetches the toolchain that go.mod names by itself, unless GOTOOLCHAIN forbids it.
set -eu

want=$(awk '$1 == "go" { sub(/\.0$/, "", $2); print $2; exit }' go.mod)
fail() {
	echo "ImageKit needs Go $want or later, $1. Get it from https://go.dev/dl/ (the packages of Debian and Ubuntu are older)." >&2
	exit 1
}
command -v go >/dev/null 2>&1 || fail "and finds no go in PATH"
have=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null || go version | cut -d ' ' -f 3)
have=${have#go}
oldest() { printf '%s\n' "$@" | sort -V | head -n 1; }
if [ "$(oldest "$have" "$want")" != "$want" ]; then
	[ "$(oldest "$have" 1.21)" = 1.21 ] || fail "this is $have"
	go version >/dev/null 2>&1 || fail "this is $have and cannot fetch it"
fi
command -v "${CC:-gcc}" >/dev/null 2>&1 || command -v cc >/dev/null 2>&1 || {
	echo "ImageKit needs a C compiler, and finds no ${CC:-gcc}. Debian and Ubuntu: sudo apt-get install gcc libc6-dev" >&2
	exit 1
}
