// Package office is the office's console: accounts, login, live tallies and the tally API.
package office
