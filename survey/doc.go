// Package survey counts what people answer: tickets, responses and who may give
// one, tallies, indicators, and the Store that keeps them.
package survey
