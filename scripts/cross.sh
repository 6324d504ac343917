#!/bin/sh
# cross.sh: go vet of the portable engine for every system and processor it is built for, tests too. What was vetted before
# comes from Go's cache.
set -eu
for system in linux darwin windows; do
	for processor in amd64 arm64; do
		CGO_ENABLED=0 GOOS=$system GOARCH=$processor go vet -tags "netgo nodynamic" ./... ||
			{ echo "go vet for $system/$processor found something" >&2; exit 1; }
	done
done
