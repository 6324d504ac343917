//go:build !windows

package main

// lacks says what this system does not offer the service; other packages say it of themselves.
const lacks = ""
