//go:build race

package main

// raceDetector tells that it is in this binary: it maps terabytes of shadow memory, which a worker's limit counts.
const raceDetector = true
