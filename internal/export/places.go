package export

import "jindu/survey"

// places says of each place whether its breakdown is shown.
type places struct {
	townships, villages map[string]survey.PlaceReport
	points              map[pointAt]bool // true: shown
}

type pointAt struct{ place, point string }

func newPlaces(townships, villages, points survey.Report) places {
	p := places{map[string]survey.PlaceReport{}, map[string]survey.PlaceReport{}, map[pointAt]bool{}}
	for _, t := range townships.Places {
		p.townships[t.Code] = t
	}
	for _, v := range villages.Places {
		p.villages[v.Code] = v
	}
	for _, at := range points.Places {
		p.points[pointAt{at.Code, at.Point}] = !at.Suppressed
	}
	return p
}

// of gives where a response was collected, as far as the tallies tell of the
// answers there. A place that had no answers when they were read tells nothing.
func (p places) of(e survey.LogEntry) (township, village survey.PlaceReport, point string) {
	t, ok := p.townships[survey.TownshipCode(e.Place)]
	if !ok || t.Suppressed || t.Responses == 0 {
		return township, village, ""
	}
	v, ok := p.villages[e.Place]
	if !ok || v.Suppressed || v.Responses == 0 {
		return t, village, ""
	}
	if p.points[pointAt{e.Place, e.Point}] {
		point = e.Point
	}
	if e.Place == t.Code {
		return t, village, point // collected without naming a village
	}
	return t, v, point
}
