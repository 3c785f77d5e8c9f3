// Judges pods by the code that the API server itself judges them with, and prints which checks each fails as a line of JSON.
// Standard input: a JSON object a line, {"id": ..., "text": YAML or JSON of one or more objects}. Every pod and every object with
// a pod template is judged at both levels and at every version that there is: what fails is told from the version on where it
// changes. `--checks` prints which checks there are, level by level and version by version, and ends.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	kjson "sigs.k8s.io/json"
)

type question struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// What fails at version v1.<Since> and later, up to the next one.
type step struct {
	Since  int      `json:"since"`
	Failed []string `json:"failed"`
}

type answer struct {
	ID         string `json:"id"`
	Index      int    `json:"index"`
	Kind       string `json:"kind,omitempty"`
	Namespace  string `json:"namespace,omitempty"`
	Name       string `json:"name,omitempty"`
	Error      string `json:"error,omitempty"`
	Baseline   []step `json:"baseline,omitempty"`
	Restricted []step `json:"restricted,omitempty"`
}

// A check as it is at one version.
type check struct {
	id  string
	run policy.CheckPodFn
}

var (
	all       = policy.DefaultChecks()
	newest    = newestOf(all)
	levels    = map[api.Level][][]check{api.LevelBaseline: inForce(api.LevelBaseline), api.LevelRestricted: inForce(api.LevelRestricted)}
	evaluator = must(policy.NewEvaluator(all, nil))
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

// The newest minor version at which a check changed: later ones are judged like it.
func newestOf(checks []policy.Check) int {
	newest := 0
	for _, each := range checks {
		for _, version := range each.Versions {
			newest = max(newest, version.MinimumVersion.Minor())
		}
	}
	return newest
}

// The checks of a level at each minor version: each in its latest form, but for those that another one stands in for.
func inForce(level api.Level) [][]check {
	var byVersion [][]check
	for minor := 0; minor <= newest; minor++ {
		found := map[policy.CheckID]policy.VersionedCheck{}
		overridden := map[policy.CheckID]bool{}
		for _, each := range all {
			if each.Level == api.LevelRestricted && level != api.LevelRestricted {
				continue
			}
			for _, version := range each.Versions {
				if version.MinimumVersion.Minor() <= minor {
					found[each.ID] = version
				}
			}
			for _, id := range found[each.ID].OverrideCheckIDs {
				overridden[id] = true
			}
		}
		var checks []check
		for id, version := range found {
			if !overridden[id] {
				checks = append(checks, check{string(id), version.CheckPod})
			}
		}
		slices.SortFunc(checks, func(a, b check) int { return bytes.Compare([]byte(a.id), []byte(b.id)) })
		byVersion = append(byVersion, checks)
	}
	return byVersion
}

// The ids of the checks that fail. The evaluator itself, which gives no ids, must refuse for as many reasons, and the same.
func failed(level api.Level, minor int, meta *metav1.ObjectMeta, spec *corev1.PodSpec) ([]string, error) {
	ids := []string{}
	var own, theirs []string
	for _, each := range levels[level][minor] {
		if result := each.run(meta, spec); !result.Allowed {
			ids = append(ids, each.id)
			own = append(own, result.ForbiddenReason+": "+result.ForbiddenDetail)
		}
	}
	for _, version := range []string{fmt.Sprintf("v1.%d", minor), "latest", fmt.Sprintf("v1.%d", newest+1)} {
		if version != fmt.Sprintf("v1.%d", minor) && minor != newest {
			continue
		}
		theirs = nil
		for _, result := range evaluator.EvaluatePod(api.LevelVersion{Level: level, Version: must(api.ParseVersion(version))}, meta, spec) {
			if !result.Allowed {
				theirs = append(theirs, result.ForbiddenReason+": "+result.ForbiddenDetail)
			}
		}
		slices.Sort(own)
		slices.Sort(theirs)
		if !slices.Equal(own, theirs) {
			return nil, fmt.Errorf("%s %s: the evaluator says %q, its checks one by one %q", level, version, theirs, own)
		}
	}
	return ids, nil
}

func judge(level api.Level, meta *metav1.ObjectMeta, spec *corev1.PodSpec) ([]step, error) {
	var steps []step
	for minor := 0; minor <= newest; minor++ {
		ids, err := failed(level, minor, meta, spec)
		if err != nil {
			return nil, err
		}
		if len(steps) == 0 || !slices.Equal(steps[len(steps)-1].Failed, ids) {
			steps = append(steps, step{minor, ids})
		}
	}
	return steps, nil
}

type object struct {
	metav1.TypeMeta `json:",inline"`
	Metadata        metav1.ObjectMeta `json:"metadata"`
	Items           []json.RawMessage `json:"items"`
}

// The pod of an object, as the extractor of the admission plugin has it (admission.DefaultPodSpecExtractor).
func podOf(kind string, text []byte) (*metav1.ObjectMeta, *corev1.PodSpec, error) {
	template := func(of any, at func() *corev1.PodTemplateSpec) (*metav1.ObjectMeta, *corev1.PodSpec, error) {
		if err := kjson.UnmarshalCaseSensitivePreserveInts(text, of); err != nil {
			return nil, nil, err
		}
		found := at()
		if found == nil {
			return nil, nil, errors.New("no template")
		}
		return &found.ObjectMeta, &found.Spec, nil
	}
	switch kind {
	case "Pod":
		pod := &corev1.Pod{}
		err := kjson.UnmarshalCaseSensitivePreserveInts(text, pod)
		return &pod.ObjectMeta, &pod.Spec, err
	case "PodTemplate":
		of := &corev1.PodTemplate{}
		return template(of, func() *corev1.PodTemplateSpec { return &of.Template })
	case "ReplicationController":
		of := &corev1.ReplicationController{}
		return template(of, func() *corev1.PodTemplateSpec { return of.Spec.Template })
	case "ReplicaSet":
		of := &appsv1.ReplicaSet{}
		return template(of, func() *corev1.PodTemplateSpec { return &of.Spec.Template })
	case "Deployment":
		of := &appsv1.Deployment{}
		return template(of, func() *corev1.PodTemplateSpec { return &of.Spec.Template })
	case "StatefulSet":
		of := &appsv1.StatefulSet{}
		return template(of, func() *corev1.PodTemplateSpec { return &of.Spec.Template })
	case "DaemonSet":
		of := &appsv1.DaemonSet{}
		return template(of, func() *corev1.PodTemplateSpec { return &of.Spec.Template })
	case "Job":
		of := &batchv1.Job{}
		return template(of, func() *corev1.PodTemplateSpec { return &of.Spec.Template })
	case "CronJob":
		of := &batchv1.CronJob{}
		return template(of, func() *corev1.PodTemplateSpec { return &of.Spec.JobTemplate.Spec.Template })
	}
	return nil, nil, nil
}

func answers(id string, text []byte, index *int, tell func(answer)) {
	one := answer{ID: id, Index: *index}
	*index++
	var object object
	if err := kjson.UnmarshalCaseSensitivePreserveInts(text, &object); err != nil {
		one.Error = err.Error()
		tell(one)
		return
	}
	if object.Kind == "List" || object.Kind == "PodList" {
		for _, item := range object.Items {
			answers(id, item, index, tell)
		}
		return
	}
	one.Kind, one.Namespace, one.Name = object.Kind, object.Metadata.Namespace, object.Metadata.Name
	if one.Name == "" {
		one.Name = object.Metadata.GenerateName + "*"
	}
	meta, spec, err := podOf(object.Kind, text)
	if err == nil && spec == nil {
		return
	}
	if err == nil {
		// As the API server reads it (SetDefaults_Volume): without a source a volume is an emptyDir. Of its other defaults one is
		// judged: with hostNetwork every port of a Pod is a hostPort too. That pod is refused already, for its network.
		for i := range spec.Volumes {
			if spec.Volumes[i].VolumeSource == (corev1.VolumeSource{}) {
				spec.Volumes[i].EmptyDir = &corev1.EmptyDirVolumeSource{}
			}
		}
		if one.Baseline, err = judge(api.LevelBaseline, meta, spec); err == nil {
			one.Restricted, err = judge(api.LevelRestricted, meta, spec)
		}
	}
	if err != nil {
		one.Error, one.Baseline, one.Restricted = err.Error(), nil, nil
	}
	tell(one)
}

func main() {
	out := json.NewEncoder(os.Stdout)
	tell := func(value any) {
		if err := out.Encode(value); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if len(os.Args) > 1 && os.Args[1] == "--checks" {
		table := map[api.Level][][]string{}
		for level, byVersion := range levels {
			for _, checks := range byVersion {
				ids := []string{}
				for _, each := range checks {
					ids = append(ids, each.id)
				}
				table[level] = append(table[level], ids)
			}
		}
		tell(table)
		return
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		documents := yaml.NewYAMLToJSONDecoder(bytes.NewReader([]byte(asked.Text)))
		index := 0
		for {
			var document json.RawMessage
			err := documents.Decode(&document)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				tell(answer{ID: asked.ID, Index: index, Error: err.Error()})
				break
			}
			if len(document) > 0 && string(document) != "null" {
				answers(asked.ID, document, &index, func(one answer) { tell(one) })
			}
		}
	}
	must(0, lines.Err())
}
