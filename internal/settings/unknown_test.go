package settings

import (
	"strings"
	"testing"
)

func TestUnknownVariables(t *testing.T) {
	for _, tt := range []struct{ variable, want string }{ // the setting that is named; "" = accepted
		{"IMAGEKIT_CACHE_SIZE=1GiB", ""},
		{"DISABLE_RATE_LIMIT=1", ""},
		{"IMAGEKIT_SECERT=x", "IMAGEKIT_SECRET"},
		{"IMAGEKIT_SECRETS_FILE=/x", "IMAGEKIT_SECRET_FILE"},
		{"IMAGEKIT_ALLOWED_HOST=example.com", "IMAGEKIT_ALLOWED_HOSTS"},
		{"IMAGEKIT_ALLOWED_PORT=80", "IMAGEKIT_ALLOWED_PORTS"},
		{"IMAGEKIT_RATELIMIT=5", "IMAGEKIT_RATE_LIMIT"},
		{"IMAGEKIT_CACHE_SIZES=", "IMAGEKIT_CACHE_SIZE"}, // misspelt, though it says nothing
		{"IMAGEKIT_=1", "IMAGEKIT_"},
		{"IMAGEKIT=1", ""},
		{"imagekit_secret=1", ""},
		{"OTHER_SECRET=x", ""},
		// What Kubernetes injects for Services named imagekit and imagekit-canary.
		{"IMAGEKIT_SERVICE_HOST=10.0.0.1", ""},
		{"IMAGEKIT_SERVICE_PORT=80", ""},
		{"IMAGEKIT_SERVICE_PORT_HTTP=80", ""},
		{"IMAGEKIT_PORT=tcp://10.0.0.1:80", ""},
		{"IMAGEKIT_PORT_80_TCP_ADDR=10.0.0.1", ""},
		{"IMAGEKIT_CANARY_SERVICE_HOST=10.0.0.1", ""},
		{"IMAGEKIT_CANARY_SERVICE_PORT_HTTP=80", ""},
		{"IMAGEKIT_CANARY_PORT=tcp://10.0.0.1:80", ""},
		{"IMAGEKIT_CANARY_PORT_80_TCP=tcp://10.0.0.1:80", ""},
		{"IMAGEKIT_CANARY_PORT_80_TCP_PROTO=tcp", ""},
	} {
		t.Run(tt.variable, func(t *testing.T) {
			s, _, err := Load(texts(nil).get, Host{Env: texts(nil).get, Environ: []string{"PATH=/bin", tt.variable}})
			switch name, _, _ := strings.Cut(tt.variable, "="); {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), name+": ") ||
				!strings.Contains(err.Error(), "did you mean "+tt.want)):
				t.Errorf("got %v, want %s named", err, tt.want)
			}
			if s == nil {
				t.Error("no settings beside the error")
			}
		})
	}
}
