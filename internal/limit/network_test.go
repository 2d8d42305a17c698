package limit

import "testing"

func TestNetwork(t *testing.T) {
	for ip, want := range map[string]string{
		"192.0.2.77":             "192.0.2.0/24",
		"::ffff:192.0.2.77":      "192.0.2.0/24",
		"2001:db8:1:2ff:3:4:5:6": "2001:db8:1:200::/56",
		"fe80::1%eth0":           "fe80::/56",
		"":                       "",
	} {
		if got := Network(ip); got != want {
			t.Errorf("%q: %q, want %q", ip, got, want)
		}
	}
}
