package content

import (
	"path"
	"strings"
)

// loader builds a Library and collects every problem on the way.
type loader struct {
	folder   Folder
	unread   map[string]bool // files that are there and could not be read
	lib      *Library
	problems Problems
	warnings Problems            // what is allowed and yet likely wrong
	titles   map[string]position // of the entries, by id
	claims   map[string]claim    // of what belongs to one entry alone: "name 冰毒"
	links    []link
	listed   []*Picture // in the order of their lists

	listRefused bool // a list of pictures could not be read: what it names is not missing
}

// link is a reference to an entry, checked once all entries are known.
type link struct {
	at position
	to string
}

// Default loads the content built into the program.
func Default() (*Library, error) { return Load("") }

// Load reads the embedded content, overlaid by the files of dir (none when ""),
// and checks it whole. The error is Problems when files need mending.
func Load(dir string) (*Library, error) {
	folder, err := Read(dir)
	if err != nil {
		return nil, err
	}
	return Parse(folder)
}

// Read gives the files of the embedded content overlaid by those of dir.
func Read(dir string) (Folder, error) {
	folder, problems := readEmbedded()
	if dir != "" {
		top, found, err := readDir(dir)
		if err != nil {
			return nil, err
		}
		folder, problems = overlay(folder, top), append(problems, found...)
	}
	if len(problems) > 0 {
		// What can be read is checked as well, so that all problems come at once.
		unread := map[string]bool{}
		for _, p := range problems {
			unread[p.File] = true
		}
		return nil, append(problems, readBeside(folder, unread).problems...).sorted()
	}
	return folder, nil
}

// Parse builds a Library of a folder's files. The error is Problems.
func Parse(folder Folder) (*Library, error) {
	l := read(folder)
	if len(l.problems) > 0 {
		return nil, l.problems.sorted()
	}
	return l.lib, nil
}

// read loads what can be read and keeps every problem.
func read(folder Folder) *loader { return readBeside(folder, nil) }

// readBeside loads what can be read beside the files that could not.
func readBeside(folder Folder, unread map[string]bool) *loader {
	l := &loader{
		folder: folder, unread: unread,
		lib: &Library{
			Version: folder.version(),
			Entries: map[string]*Entry{}, Laws: map[string]*LawBook{}, Quizzes: map[string]*Quiz{},
			Questionnaires: map[string]*Questionnaire{}, Replies: map[string]*Reply{}, Places: map[string]*Place{}, Pictures: map[string]*Picture{},
		},
		titles: map[string]position{}, claims: map[string]claim{},
	}
	// What others refer to comes first.
	order := []string{"places", "laws.yaml", "official", "laws", "drugs", "help", "questions", "pictures", "replies", "quizzes", "surveys"}
	for _, step := range order {
		for _, name := range folder.names() {
			if (step == "laws.yaml") == (name == "laws/laws.yaml") && strings.HasPrefix(name, strings.TrimSuffix(step, ".yaml")+"/") {
				l.file(name, folder[name])
			}
		}
	}
	l.menu(folder)
	l.crossCheck()
	return l
}

func (l *loader) file(name, text string) {
	id := strings.TrimSuffix(path.Base(name), path.Ext(name))
	d := &document{file: name, problems: &l.problems}
	if !plainID(id) {
		d.report(1, 1, "文件名只用小写字母、数字和连字符")
		return
	}
	if path.Ext(name) == ".png" {
		return // looked at from the list that names it
	}
	text = d.visible(text)
	switch dir := path.Dir(name); {
	case name == "laws/laws.yaml":
		l.laws(d, text)
	case dir == "pictures":
		l.pictures(d, text)
	case dir == "questions":
		l.asked(d, text)
	case dir == "official":
		l.official(d, id, text)
	case dir == "places":
		l.county(d, id, text)
	case dir == "replies":
		l.reply(d, id, text)
	case dir == "quizzes":
		l.quiz(d, id, text)
	case dir == "surveys":
		l.questionnaire(d, id, text)
	default:
		l.entry(d, Kind(dir), id, text)
	}
}

// plainID keeps ids to what is safe in file names, links and store keys.
func plainID(id string) bool {
	if id == "" || len(id) > 40 || strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		return false
	}
	return true
}
