{{/*
The names are fixed: the webhook configurations and the cluster roles exist once in a cluster, whatever the release is
called, so a second release is refused by Helm instead of asking about every change twice.
*/}}

{{- define "gapless.labels" -}}
app.kubernetes.io/name: gapless
{{- end -}}

{{- define "gapless.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Whether a Secret that others fill holds the certificate. */}}
{{- define "gapless.mountsCertificate" -}}
{{- if ne .Values.certificates.source "selfManaged" }}true{{ end -}}
{{- end -}}

{{/* Whom a webhook calls: a dict as below. */}}
{{- define "gapless.clientConfig" -}}
{{- with .root.Values.certificates -}}
{{- if and (eq .source "secret") .secret.caBundle -}}
caBundle: {{ b64enc .secret.caBundle }}
{{ end -}}
{{- end -}}
service:
  namespace: {{ .root.Release.Namespace }}
  name: gapless
  port: 443
  path: /{{ .path }}
{{- end -}}

{{/*
One of the two configurations: a dict of root, kind (Mutating or Validating) and path (mutate or validate).
*/}}
{{- define "gapless.webhookConfiguration" -}}
{{- $values := .root.Values -}}
{{- $namespace := .root.Release.Namespace -}}
apiVersion: admissionregistration.k8s.io/v1
kind: {{ .kind }}WebhookConfiguration
metadata:
  name: gapless
  labels:
    {{- include "gapless.labels" .root | nindent 4 }}
  {{- if eq $values.certificates.source "certManager" }}
  annotations:
    cert-manager.io/inject-ca-from: {{ $namespace }}/gapless
  {{- end }}
webhooks:
  - name: {{ .path }}.gapless.dev
    admissionReviewVersions: [v1]
    clientConfig:
      {{- include "gapless.clientConfig" . | nindent 6 }}
    failurePolicy: {{ (index $values.webhooks .path).failurePolicy }}
    timeoutSeconds: {{ $values.webhooks.timeoutSeconds }}
    sideEffects: None
    matchPolicy: Equivalent
    {{- if eq .kind "Mutating" }}
    # Asked again when another webhook has changed the object, say by adding a sidecar.
    reinvocationPolicy: IfNeeded
    {{- end }}
    namespaceSelector:
      matchExpressions:
        - key: kubernetes.io/metadata.name
          operator: NotIn
          values:
            {{- prepend $values.excludedNamespaces $namespace | uniq | toYaml | nindent 12 }}
        - key: gapless.dev/admission
          operator: NotIn
          values: [disabled]
    rules:
      - apiGroups: [apps]
        apiVersions: [v1]
        # No subresources: scaling and status are not asked about.
        resources: [deployments, statefulsets, daemonsets]
        operations: [CREATE, UPDATE]
        scope: Namespaced
      # Argo Rollouts; where it is not installed, nobody ever asks.
      - apiGroups: [argoproj.io]
        apiVersions: [v1alpha1]
        resources: [rollouts]
        operations: [CREATE, UPDATE]
        scope: Namespaced
      # What belongs to a workload: a gap may open whichever of them is written.
      - apiGroups: [""]
        apiVersions: [v1]
        resources: [services]
        operations: [CREATE, UPDATE]
        scope: Namespaced
      - apiGroups: [autoscaling]
        apiVersions: [v2]
        resources: [horizontalpodautoscalers]
        operations: [CREATE, UPDATE]
        scope: Namespaced
      - apiGroups: [policy]
        apiVersions: [v1]
        resources: [poddisruptionbudgets]
        operations: [CREATE, UPDATE]
        scope: Namespaced
    matchConditions:
      - name: spec-changes
        expression: request.operation != "UPDATE" || object.spec != oldObject.spec
      - name: is-not-being-deleted
        expression: "!has(object.metadata.deletionTimestamp)"
  {{- if eq .kind "Validating" }}
  # Policies are judged too, in every namespace, as they are in none.
  - name: policies.gapless.dev
    admissionReviewVersions: [v1]
    clientConfig:
      {{- include "gapless.clientConfig" . | nindent 6 }}
    # A mistake that slips through is set aside, or the last good version stays in force.
    failurePolicy: Ignore
    timeoutSeconds: {{ $values.webhooks.timeoutSeconds }}
    sideEffects: None
    matchPolicy: Equivalent
    rules:
      - apiGroups: [gapless.dev]
        apiVersions: [v1alpha1]
        # No subresources: the status is Gapless' own.
        resources: [rolloutpolicies]
        operations: [CREATE, UPDATE]
        scope: Cluster
    matchConditions:
      - name: spec-changes
        expression: request.operation != "UPDATE" || object.spec != oldObject.spec
      - name: is-not-being-deleted
        expression: "!has(object.metadata.deletionTimestamp)"
  {{- end }}
{{- end -}}
