package deploy

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What makes another picture is in CloudFront's key: the query, and Accept for f=auto.
func TestCachePolicy(t *testing.T) {
	var policy struct {
		Key struct {
			QueryStringsConfig struct{ QueryStringBehavior string }
			HeadersConfig      struct {
				Headers struct {
					Quantity int
					Items    []string
				}
			}
		} `json:"ParametersInCacheKeyAndForwardedToOrigin"`
	}
	if err := json.Unmarshal([]byte(read(t, "cloudfront/cache-policy.json")), &policy); err != nil {
		t.Fatal(err)
	}
	headers := policy.Key.HeadersConfig.Headers
	if policy.Key.QueryStringsConfig.QueryStringBehavior != "all" ||
		!slices.Equal(headers.Items, []string{"Accept"}) || headers.Quantity != len(headers.Items) {
		t.Errorf("got %+v", policy)
	}
}

// The kernel has each of the settings that the file names; elsewhere than in the first network namespace some are hidden.
func TestKernelSettingsExist(t *testing.T) {
	if _, err := os.Stat("/proc/sys/net/core/default_qdisc"); err != nil {
		t.Skipf("the names of kernel settings are not checked: %v", err)
	}
	n := 0
	for line := range strings.SplitSeq(read(t, "sysctl/60-imagekit.conf"), "\n") {
		name, _, is := strings.Cut(line, " = ")
		if !is || strings.HasPrefix(line, "#") {
			continue
		}
		n++
		if _, err := os.Stat(filepath.Join("/proc/sys", strings.ReplaceAll(name, ".", "/"))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n < 5 {
		t.Errorf("%d settings", n)
	}
}
