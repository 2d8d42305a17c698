package search

import (
	"math"
	"math/rand/v2"
)

type zzModel struct {
	ix     *Index
	index  map[uint64]int32
	w      [][]float32 // feature -> class
	n      int
}

type zzTerm struct {
	f int32
	v float32
}

func (m *zzModel) vec(a analysis, grow bool) []zzTerm {
	var out []zzTerm
	var norm float32
	for _, t := range a.terms {
		l, ok := m.ix.ranker.list(t.key)
		if !ok {
			continue
		}
		at, ok := m.index[t.key]
		if !ok {
			if !grow {
				continue
			}
			at = int32(len(m.w))
			m.index[t.key] = at
			m.w = append(m.w, make([]float32, m.n))
		}
		v := t.weight * float32(math.Sqrt(float64(l.idf)))
		out = append(out, zzTerm{at, v})
		norm += v * v
	}
	norm = float32(math.Sqrt(float64(norm)))
	for i := range out {
		out[i].v /= norm
	}
	return out
}

func (m *zzModel) probs(x []zzTerm) []float32 {
	p := make([]float32, m.n)
	for _, t := range x {
		for k, w := range m.w[t.f] {
			p[k] += w * t.v
		}
	}
	top := p[0]
	for _, v := range p {
		top = max(top, v)
	}
	var sum float32
	for k := range p {
		p[k] = float32(math.Exp(float64(p[k] - top)))
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

func zzTrain(ix *Index, epochs int) *zzModel {
	m := &zzModel{ix: ix, index: map[uint64]int32{}, n: len(ix.entries)}
	var xs [][]zzTerm
	var ys []int
	for i, e := range ix.entries {
		for _, list := range [][]string{{e.Title}, e.Aliases, e.Questions} {
			for _, s := range list {
				if x := m.vec(ix.analyzer.analyze(fold(s).runes), true); len(x) > 0 {
					xs, ys = append(xs, x), append(ys, i)
				}
			}
		}
	}
	order := rand.New(rand.NewPCG(1, 1)).Perm(len(xs))
	for ep := range epochs {
		rate := float32(6 / (1 + 0.3*float64(ep)))
		for _, i := range order {
			p := m.probs(xs[i])
			p[ys[i]]--
			for _, t := range xs[i] {
				w := m.w[t.f]
				s := rate * t.v
				for k, g := range p {
					if g > 1e-4 || g < -1e-4 {
						w[k] -= s * g
					}
				}
			}
		}
	}
	return m
}
