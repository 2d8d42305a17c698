package content

import (
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// menuFile holds the menu of the official account.
const menuFile = "menu.yaml"

// Menu of the official account: what stands at the foot of the chat. Whether
// WeChat takes it is for who sends it there to check.
type Menu struct {
	Buttons []Button
}

// Button of a menu: it sends Key to the bot, opens URL, or shows the Buttons
// below it.
type Button struct {
	Name    string
	Key     string
	URL     string
	Buttons []Button
}

// menu reads the menu, if the folder has one.
func (l *loader) menu(folder Folder) {
	text, found := folder[menuFile]
	if !found {
		return
	}
	d := &document{file: menuFile, problems: &l.problems}
	if f, ok := d.parse(text, "buttons"); ok {
		l.lib.Menu.Buttons = buttons(f)
	}
}

func buttons(f fields) (all []Button) {
	for _, n := range f.nodes("buttons") {
		if f, ok := f.doc.fields(n, "name", "key", "url", "buttons"); ok {
			all = append(all, Button{Name: f.optional("name"), Key: f.optional("key"), URL: f.optional("url"), Buttons: buttons(f)})
		}
	}
	return all
}

// MenuProblem is a problem of the menu at a YAML path such as
// "$.buttons[0].name"; at the beginning of the file when there is none there.
func (f Folder) MenuProblem(path, message string) Problem {
	var unused Problems
	d := &document{file: menuFile, problems: &unused}
	at := d.position(f.menuNode(path))
	return Problem{at.file, at.line, at.col, message}
}

func (f Folder) menuNode(path string) ast.Node {
	file, err := parseYAML(f[menuFile])
	if err != nil {
		return nil
	}
	p, err := yaml.PathString(path)
	if err != nil {
		return nil
	}
	node, err := p.FilterFile(file)
	if err != nil {
		return nil
	}
	return node
}
