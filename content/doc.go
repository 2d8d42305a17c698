// Package content loads, checks, embeds and reloads the content folder: what the
// bot knows, the questionnaires, the quizzes and the places.
package content
