package content

// Library is one loaded state of the content folder. It is immutable: a reload
// makes a new one.
type Library struct {
	Version        string // hash of all files, 12 hex digits
	Entries        map[string]*Entry
	Laws           map[string]*LawBook
	Quizzes        map[string]*Quiz
	Questionnaires map[string]*Questionnaire
	Replies        map[string]*Reply
	Pictures       map[string]*Picture
	Places         map[string]*Place // every place by code
	Counties       []*Place          // by code
	Menu           Menu              // of the official account
}
