// Package quiz draws questions, keeps attempts and scores them.
package quiz
