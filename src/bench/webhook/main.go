// An admission webhook as people write it in Go: the measure that `make bench` puts beside Gapless.
//
// It makes the same edits (preStop sleep, grace period, maxUnavailable) on the typed object and lets
// controller-runtime work out the patch. /fixed answers without reading: the floor of Go's HTTPS server. With
// --answers it is the floor of an API server's own work: it answers what it is given, whatever it is asked.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"flag"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

const (
	sleepSeconds = 10
	drainSeconds = 20
)

type deployments struct{ decoder admission.Decoder }

func (d deployments) Handle(_ context.Context, request admission.Request) admission.Response {
	var deployment appsv1.Deployment
	if err := d.decoder.Decode(request, &deployment); err != nil {
		return admission.Errored(http.StatusBadRequest, err)
	}
	pod := &deployment.Spec.Template.Spec
	for i := range pod.Containers {
		container := &pod.Containers[i]
		if container.Lifecycle == nil {
			container.Lifecycle = &corev1.Lifecycle{}
		}
		if container.Lifecycle.PreStop == nil {
			container.Lifecycle.PreStop = &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: sleepSeconds}}
		}
	}
	if needed := int64(sleepSeconds + drainSeconds + 5); pod.TerminationGracePeriodSeconds == nil || *pod.TerminationGracePeriodSeconds < needed {
		pod.TerminationGracePeriodSeconds = &needed
	}
	if rolling := deployment.Spec.Strategy.RollingUpdate; rolling != nil {
		none := intstr.FromInt32(0)
		rolling.MaxUnavailable = &none
	}
	changed, err := json.Marshal(deployment)
	if err != nil {
		return admission.Errored(http.StatusInternalServerError, err)
	}
	return admission.PatchResponseFromRaw(request.Object.Raw, changed)
}

func (d deployments) validate(_ context.Context, request admission.Request) admission.Response {
	var deployment appsv1.Deployment
	if err := d.decoder.Decode(request, &deployment); err != nil {
		return admission.Errored(http.StatusBadRequest, err)
	}
	for _, container := range deployment.Spec.Template.Spec.Containers {
		if container.ReadinessProbe != nil {
			return admission.Allowed("")
		}
	}
	return admission.Denied("spec.template.spec.containers: one must have a readiness probe")
}

// replay answers with a file, in which the uid is the one thing that an API server compares.
func replay(file string) http.HandlerFunc {
	answer, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	return func(response http.ResponseWriter, request *http.Request) {
		review, _ := io.ReadAll(request.Body)
		response.Header().Set("Content-Type", "application/json")
		_, _ = response.Write(bytes.Replace(answer, uid(answer), uid(review), 1))
	}
}

// uid finds the first one in a review: the request's, and in an answer the response's.
func uid(review []byte) []byte {
	_, rest, _ := bytes.Cut(review, []byte(`"uid":"`))
	uid, _, _ := bytes.Cut(rest, []byte(`"`))
	return uid
}

func main() {
	address := flag.String("address", "127.0.0.1:0", "where to listen")
	certificate := flag.String("certificate", "", "PEM file")
	key := flag.String("key", "", "PEM file")
	answers := flag.String("answers", "", "folder with mutate.json and validate.json")
	flag.Parse()

	scheme := runtime.NewScheme()
	if err := appsv1.AddToScheme(scheme); err != nil {
		log.Fatal(err)
	}
	handler := deployments{decoder: admission.NewDecoder(scheme)}
	mux := http.NewServeMux()
	if *answers == "" {
		mux.Handle("/mutate", &admission.Webhook{Handler: handler})
		mux.Handle("/validate", &admission.Webhook{Handler: admission.HandlerFunc(handler.validate)})
	} else {
		mux.Handle("/mutate", replay(filepath.Join(*answers, "mutate.json")))
		mux.Handle("/validate", replay(filepath.Join(*answers, "validate.json")))
	}
	mux.HandleFunc("/fixed", func(response http.ResponseWriter, request *http.Request) {
		_, _ = io.Copy(io.Discard, request.Body)
		response.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(response, `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"0","allowed":true}}`)
	})
	server := &http.Server{
		Addr: *address, Handler: mux,
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}},
	}
	log.Fatal(server.ListenAndServeTLS(*certificate, *key))
}
