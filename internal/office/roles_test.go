package office_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"jindu/internal/office"
	"jindu/survey"
)

var rowKeys = regexp.MustCompile(`<tr data-key="(\d+)\|`)

func TestRoles(t *testing.T) {
	f := newFixture(t)
	for range 12 {
		f.submit(qiongshan, longtang+"001", "", "satisfied")
		f.submit(qiongshan, "460107102", "", "neutral")
		f.submit(meilan, "460108101", "", "satisfied")
	}
	for _, x := range []struct {
		name  string
		role  office.Role
		place string
		sees  map[string]int64 // survey → responses in its total
	}{
		{"everywhere", office.RoleDistrict, "", map[string]int64{qiongshan: 24, meilan: 12}},
		{"district", office.RoleDistrict, "460107", map[string]int64{qiongshan: 24}},
		{"township", office.RoleTownship, longtang, map[string]int64{qiongshan: 12}},
		{"viewer of all", office.RoleViewer, "", map[string]int64{qiongshan: 24, meilan: 12}},
		{"viewer of a county", office.RoleViewer, "460108", map[string]int64{meilan: 12}},
		{"viewer of a township", office.RoleViewer, "460107102", map[string]int64{qiongshan: 12}},
		{"viewer of a village", office.RoleViewer, longtang + "001", map[string]int64{qiongshan: 12}},
		{"township without a place", office.RoleTownship, "", nil},
		{"township with a county", office.RoleTownship, "460107", nil},
		{"unknown role", "boss", "", nil},
	} {
		t.Run(x.name, func(t *testing.T) {
			f.h.ForgetLimits()
			f.account(x.name, x.role, x.place)
			b := f.as(x.name)
			list := b.get("/office/")
			f.expect(list, http.StatusOK)
			for _, id := range []string{qiongshan, meilan} {
				want, may := x.sees[id]
				if strings.Contains(list.body, "/office/surveys/"+id+`"`) != may {
					t.Errorf("the list and %s: may %v", id, may)
				}
				if !may {
					f.expect(b.get("/office/surveys/"+id), http.StatusForbidden, "不能看这份问卷")
					f.expect(b.get("/api/surveys/"+id+"/tally"), http.StatusForbidden, `"code":"forbidden"`)
					f.expect(b.get("/api/surveys/"+id+"/live"), http.StatusForbidden, `"code":"forbidden"`)
					continue
				}
				for _, by := range []string{"township", "village", "point"} {
					page := b.get("/office/surveys/" + id + "?by=" + by)
					f.expect(page, http.StatusOK)
					res := b.get("/api/surveys/" + id + "/tally?by=" + by)
					f.expect(res, http.StatusOK)
					streamed := b.stream("/api/surveys/" + id + "/live?by=" + by)
					for _, r := range []survey.Report{f.report(res.body), streamed.tally()} {
						if r.Total.Responses != want {
							t.Errorf("%s by %s: %d responses, want %d", id, by, r.Total.Responses, want)
						}
						for _, p := range r.Places {
							if !strings.HasPrefix(p.Code, x.place) && !strings.HasPrefix(x.place, p.Code) {
								t.Errorf("sees %s", p.Code)
							}
						}
					}
					streamed.close()
					for _, key := range rowKeys.FindAllStringSubmatch(page.body, -1) {
						if !strings.HasPrefix(key[1], x.place) && !strings.HasPrefix(x.place, key[1]) {
							t.Errorf("the page shows %s", key[1])
						}
					}
				}
			}
		})
	}
}
