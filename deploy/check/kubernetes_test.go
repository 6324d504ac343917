// Package check reads the files of deploy/ with the code of the tools they are for: Kubernetes' own types, Compose's
// own loader, BuildKit's own parser. What those accept without a word is looked at here for what it means.
package check

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	apps "k8s.io/api/apps/v1"
	autoscaling "k8s.io/api/autoscaling/v2"
	core "k8s.io/api/core/v1"
	policy "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"
)

// stopTime is what a server takes at most to end when the settings are as these files have them: the drain delay, the
// longest request (IMAGEKIT_REQUEST_TIMEOUT is 30 s unless it is set) and a second.
const stopTime = (5 + 30 + 1) * time.Second

// manifest is deploy/kubernetes/imagekit.yaml.
type manifest struct {
	deployment apps.Deployment
	service    core.Service
	scaler     autoscaling.HorizontalPodAutoscaler
	budget     policy.PodDisruptionBudget
}

// readManifest decodes every document into the type it names. A field that the type does not have, or has twice, is
// an error, as with kubectl apply --validate=strict.
func readManifest(t *testing.T) (m manifest) {
	t.Helper()
	text, err := os.ReadFile("../kubernetes/imagekit.yaml")
	if err != nil {
		t.Fatal(err)
	}
	targets := map[string]any{
		"apps/v1 Deployment": &m.deployment, "v1 Service": &m.service,
		"autoscaling/v2 HorizontalPodAutoscaler": &m.scaler, "policy/v1 PodDisruptionBudget": &m.budget,
	}
	for document := range bytes.SplitSeq(text, []byte("\n---\n")) {
		var kind struct{ APIVersion, Kind string }
		if err := yaml.Unmarshal(document, &kind); err != nil {
			t.Fatal(err)
		}
		name := kind.APIVersion + " " + kind.Kind
		target, wanted := targets[name]
		if !wanted {
			t.Fatalf("%s: unknown here, or twice", name)
		}
		delete(targets, name)
		if err := yaml.UnmarshalStrict(document, target); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(targets) > 0 {
		t.Errorf("missing: %v", slices.Collect(maps.Keys(targets)))
	}
	return m
}

func TestKubernetesPartsFindEachOther(t *testing.T) {
	m := readManifest(t)
	pod := m.deployment.Spec.Template
	for name, selector := range map[string]map[string]string{
		"deployment": m.deployment.Spec.Selector.MatchLabels, "service": m.service.Spec.Selector,
		"budget": m.budget.Spec.Selector.MatchLabels,
		"spread": pod.Spec.TopologySpreadConstraints[0].LabelSelector.MatchLabels,
	} {
		if len(selector) == 0 || !labels.SelectorFromSet(selector).Matches(labels.Set(pod.Labels)) {
			t.Errorf("%s selects %v, the pods have %v", name, selector, pod.Labels)
		}
	}
	target := m.scaler.Spec.ScaleTargetRef
	if target.Kind != "Deployment" || target.Name != m.deployment.Name || m.deployment.Spec.Replicas != nil {
		t.Errorf("the scaler's target is %+v; replicas %v, want none beside a scaler", target, m.deployment.Spec.Replicas)
	}
	c := pod.Spec.Containers[0]
	ports := map[intstr.IntOrString]int32{}
	for _, p := range c.Ports {
		ports[intstr.FromString(p.Name)] = p.ContainerPort
	}
	for name, port := range map[string]intstr.IntOrString{
		"service": m.service.Spec.Ports[0].TargetPort, "startup": c.StartupProbe.HTTPGet.Port,
		"liveness": c.LivenessProbe.HTTPGet.Port, "readiness": c.ReadinessProbe.HTTPGet.Port,
	} {
		if ports[port] != 8080 {
			t.Errorf("%s: port %v is %d, want 8080", name, port, ports[port])
		}
	}
	if c.ReadinessProbe.HTTPGet.Path != "/ready" || c.LivenessProbe.HTTPGet.Path != "/health" {
		t.Error("readiness asks /ready, which says no while draining; liveness asks /health, which does not")
	}
	volumes := map[string]bool{}
	for _, v := range pod.Spec.Volumes {
		volumes[v.Name] = true
	}
	for _, mount := range c.VolumeMounts {
		if !volumes[mount.Name] {
			t.Errorf("no volume %s", mount.Name)
		}
	}
}

func TestKubernetesPodIsConfinedAndDrains(t *testing.T) {
	m := readManifest(t)
	pod := m.deployment.Spec.Template.Spec
	c := pod.Containers[0]
	own, shared := c.SecurityContext, pod.SecurityContext
	if !*shared.RunAsNonRoot || *shared.RunAsUser == 0 || *own.AllowPrivilegeEscalation || !*own.ReadOnlyRootFilesystem ||
		!slices.Equal(own.Capabilities.Drop, []core.Capability{"ALL"}) ||
		shared.SeccompProfile.Type != core.SeccompProfileTypeRuntimeDefault {
		t.Errorf("the pod may more than it needs: %+v, %+v", shared, own)
	}
	if *pod.EnableServiceLinks || *pod.AutomountServiceAccountToken {
		t.Error("service links and the account's token are not for this pod")
	}
	if got := time.Duration(*pod.TerminationGracePeriodSeconds) * time.Second; got <= stopTime {
		t.Errorf("killed after %v, but may take %v", got, stopTime)
	}
	if got := *pod.Volumes[1].Secret.DefaultMode; got != 0o440 {
		t.Errorf("mode of the secret: %o", got)
	}
	env := map[string]string{}
	for _, e := range c.Env {
		env[e.Name] = e.Value
		if e.Name == "IMAGEKIT_WORKERS" && e.ValueFrom.ResourceFieldRef.Resource != "requests.cpu" {
			t.Errorf("workers: %+v", e.ValueFrom)
		}
	}
	if env["IMAGEKIT_DRAIN_DELAY"] != "5s" || env["IMAGEKIT_TRUSTED_PROXIES"] == "" {
		t.Errorf("environment: %v", env)
	}
	if cache := pod.Volumes[0].EmptyDir.SizeLimit; cache.Value() <= 10<<30 {
		t.Errorf("a cache of 10 GiB in a volume of %v: the pod would be evicted", cache)
	}
	if m.scaler.Spec.MinReplicas == nil || *m.scaler.Spec.MinReplicas < 2 {
		t.Error("with fewer than two pods the disruption budget keeps nothing up")
	}
}
