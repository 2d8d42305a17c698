//go:build race

package main

// raceFactor is how much slower the race detector may make the program.
const raceFactor = 10
