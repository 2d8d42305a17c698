package content

import "slices"

// QuestionType is how a question of a questionnaire is answered.
type QuestionType string

// Residence asks for the township where a person lives; its options are the
// townships and units of the questionnaire's county and OtherPlace.
const (
	Single    QuestionType = "single"
	Multiple  QuestionType = "multiple"
	Text      QuestionType = "text"
	Residence QuestionType = "residence"
)

// OtherPlace is the option id of a residence outside the county.
const OtherPlace = "other"

// Identity tiers of respondents, strongest first. Assisted is an answer taken
// down on a staff member's phone.
const (
	TierWechat   = "wechat"
	TierDevice   = "device"
	TierAssisted = "assisted"
)

// Questionnaire is one survey: its questions and the indicators computed from them.
type Questionnaire struct {
	ID          string
	Title       string
	Version     int
	Place       *Place // the county it covers
	Opens       Date   // zero: open already
	Closes      Date   // last day; zero: no end
	Tiers       []string
	Intro       string
	Notice      string
	Thanks      string
	Questions   []*Question
	Indicators  []*Indicator
	Targets     map[string]int // place code → wanted responses
	Fingerprint string         // hash of everything that gives stored answers their meaning
}

// Question is one question of a questionnaire.
type Question struct {
	ID       string
	Text     string
	Hint     string
	Type     QuestionType
	Required bool
	Options  []*Option
	Max      int // characters of a text answer
}

// Option is one choice of a question.
type Option struct {
	ID       string
	Text     string
	DontKnow bool
}

// Formulas of indicators; each is versioned in the questionnaire file.
const (
	// FormulaSatisfied is respondents whose answer to one question is among
	// Satisfied, over respondents who answered it otherwise than "don't know".
	FormulaSatisfied = "satisfied-share"
	// FormulaAware is respondents with at least Share of the questions in Right
	// answered right, over all respondents.
	FormulaAware = "aware-respondents"
)

// Indicator is a rate computed from a tally.
type Indicator struct {
	ID             string
	Name           string
	Formula        string
	FormulaVersion int

	Question  string   // FormulaSatisfied
	Satisfied []string // FormulaSatisfied

	Right map[string][]string // FormulaAware: question → all right options
	Share float64             // FormulaAware: 0 < Share <= 1
}

// Question gives the question with that id, or nil.
func (q *Questionnaire) Question(id string) *Question {
	for _, x := range q.Questions {
		if x.ID == id {
			return x
		}
	}
	return nil
}

// Option gives the option with that id, or nil.
func (q *Question) Option(id string) *Option {
	for _, o := range q.Options {
		if o.ID == id {
			return o
		}
	}
	return nil
}

// Accepts says whether respondents of that tier count.
func (q *Questionnaire) Accepts(tier string) bool { return slices.Contains(q.Tiers, tier) }
