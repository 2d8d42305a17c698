package search

import "testing"

// TestTypedBySound: Latin letters that are pinyin, and characters of the same sound, lead
// where what was meant leads; English leads nowhere.
func TestTypedBySound(t *testing.T) {
	ix := New(defaultLibrary(t))
	for question, want := range map[string]string{
		"bu xiang huo le":                              "crisis suicide",
		"jiuming ta xi duo le jiao bu xing":            "crisis overdose",
		"zenme zhizuo bingdu":                          "refused ",
		"xidu juliu ji tian":                           "laws/zhian-84",
		"qu nali jiedu":                                "help/treatment",
		"怎么举暴贩独的":                                      "help/report",
		"大吗饼干能池吗":                                      "drugs/quqi",
		"海络因有什么危害":                                     "drugs/hailuoyin",
		"how are you":                                  "unknown ",
		"good morning":                                 "unknown ",
		"my wifi password is wrong, help me":           "unknown ",
		"jintian tianqi zenmeyang, women chuqu wan ma": "unknown ",
	} {
		r := answer(ix, question)
		got := r.Outcome.String() + " " + r.Crisis
		if len(r.Topics) > 0 {
			got = r.Topics[0]
		}
		if got != want {
			t.Errorf("%q = %s, want %s (%v)", question, got, want, r)
		}
	}
}

// TestNoSoundOfItsOwn: what the content is asked is never taken for something else.
func TestNoSoundOfItsOwn(t *testing.T) {
	lib := defaultLibrary(t)
	ix := New(lib)
	for _, id := range sortedKeys(lib.Entries) {
		for _, q := range lib.Entries[id].Questions {
			if meant, letters, ok := ix.speller.meant(fold(q)); ok && !letters {
				t.Errorf("%q of %s is read as %q", q, id, meant)
			}
		}
	}
}
