package search

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

var fit = flag.Bool("fit", false, "TestFit: fit trustWeights anew and print them")

// sample is one decision: its grounds, and whether the first candidate was right.
type sample struct {
	grounds grounds
	right   bool
	foreign bool // no candidate can be right
	weight  float64
}

// nearWeight is what a question near the subject counts: they are many more here than
// in use.
const nearWeight = 0.3

// TestFit fits the weights that trust gives to the grounds of a decision: a logistic
// regression over the labelled questions of the tuning half. It prints the weights, and
// what thresholds would do to questions left out of the fit, a tenth at a time.
func TestFit(t *testing.T) {
	if !*fit {
		t.Skip("-fit prints new weights for grounds.go")
	}
	ix := New(defaultLibrary(t))
	var samples []sample
	for _, l := range readLabelled(t) {
		if l.half == tuning {
			samples = ix.sample(samples, l)
		}
	}
	weights := regress(samples)
	fmt.Println("var trustWeights = grounds{")
	for i, w := range weights {
		fmt.Printf("\t%d: %.2f,\n", i, w)
	}
	fmt.Println("}")
	const folds = 10
	trust := make([]float64, len(samples))
	for fold := range folds {
		var rest []sample
		for i, s := range samples {
			if i%folds != fold {
				rest = append(rest, s)
			}
		}
		w := regress(rest)
		for i := fold; i < len(samples); i += folds {
			trust[i] = samples[i].grounds.dot(w)
		}
	}
	for least := -2.0; least < 3; least += 0.25 {
		var domain, right, wrong, foreign, taken float64
		for i, s := range samples {
			said := trust[i] >= least
			switch {
			case s.foreign:
				foreign++
				taken += float64(one(said))
			case s.right:
				domain++
				right += float64(one(said))
			default:
				domain++
				wrong += float64(one(said))
			}
		}
		fmt.Printf("trust %5.2f: answered right %.3f, wrong %.3f; out of scope answered %.3f\n", least, right/domain, wrong/domain, taken/foreign)
	}
}

// sample adds the decision on one labelled question, if it comes to one.
func (ix *Index) sample(samples []sample, l labelled) []sample {
	if _, ok := ix.Safety(l.question); ok || l.kind == "two" { // not one decision
		return samples
	}
	if _, ok := ix.Exact(l.question); ok {
		return samples
	}
	t := fold(l.question)
	q := ix.analyzer.analyze(t.runes)
	q.county = ix.county(t.runes)
	if _, ok := ix.severalSubstances(q); ok {
		return samples
	}
	if _, done := ix.early(&q); done {
		return samples
	}
	found := ix.rank(q)
	if len(found) == 0 {
		return samples
	}
	s := sample{
		grounds: ix.grounds(q, found), weight: 1,
		right:   slices.Contains(l.want, ix.entries[found[0].entry].ID),
		foreign: slices.Contains(l.want, "unknown"),
	}
	if l.file == "near.tsv" {
		s.weight = nearWeight
	}
	entries := slices.ContainsFunc(l.want, func(w string) bool { return strings.Contains(w, "/") && !strings.Contains(w, ":") })
	if entries == s.foreign { // both would be right, or neither
		return samples
	}
	return append(samples, s)
}

func (g grounds) dot(w [groundCount]float64) float64 {
	sum := 0.0
	for i, x := range g {
		sum += float64(x) * w[i]
	}
	return sum
}

// ridge is the L2 penalty of the regression.
const ridge = 0.3

// regress fits a logistic regression by Newton's method (iteratively reweighted least
// squares).
func regress(samples []sample) (w [groundCount]float64) {
	for range 25 {
		var slope [groundCount]float64
		var bend [groundCount][groundCount]float64
		for i := range w {
			slope[i], bend[i][i] = -ridge*w[i], ridge
		}
		for _, s := range samples {
			p := 1 / (1 + math.Exp(-s.grounds.dot(w)))
			for i, x := range s.grounds {
				slope[i] += s.weight * (float64(one(s.right)) - p) * float64(x)
				for j, y := range s.grounds {
					bend[i][j] += s.weight * p * (1 - p) * float64(x) * float64(y)
				}
			}
		}
		for i, step := range solve(bend, slope) {
			w[i] += step
		}
	}
	return w
}

// solve gives x of ax = b for a positive definite a, by elimination.
func solve(a [groundCount][groundCount]float64, b [groundCount]float64) [groundCount]float64 {
	for i := range b {
		for j := i + 1; j < len(b); j++ {
			f := a[j][i] / a[i][i]
			for k := i; k < len(b); k++ {
				a[j][k] -= f * a[i][k]
			}
			b[j] -= f * b[i]
		}
	}
	for i := len(b) - 1; i >= 0; i-- {
		for k := i + 1; k < len(b); k++ {
			b[i] -= a[i][k] * b[k]
		}
		b[i] /= a[i][i]
	}
	return b
}
