#!/bin/sh
# Runs every fuzz target of the module, one after the other: fuzz.sh TIME, for example fuzz.sh 10m.
set -eu
time=${1:?usage: fuzz.sh TIME}
for package in $(go list ./...); do
	for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		echo "== $package $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$package"
	done
done
