{{/* Names and labels. */}}
{{- define "identity-events.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "identity-events.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "identity-events.labels" -}}
{{ include "identity-events.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{/* Not empty where the API serves the operators' pages: where the Secret says who may see them. */}}
{{- define "identity-events.ops" -}}
{{- if has "OPS_USERS" .Values.secret.api }}yes{{ end -}}
{{- end }}

{{/* The settings of a component: those of both, its own, and what the chart decides. */}}
{{- define "identity-events.settings" -}}
{{- $given := merge dict (index .root.Values.settings .component) .root.Values.settings.both -}}
{{- $fixed := dict "OTEL_SERVICE_NAME" (printf "identity-events-%s" .component) -}}
{{- if eq .component "api" }}{{ $fixed = merge $fixed (dict "HOST" "0.0.0.0" "PORT" "8080") }}{{ end -}}
{{- if and (eq .component "api") (include "identity-events.ops" .root) }}{{ $fixed = merge $fixed (dict "OPS_HOST" "0.0.0.0" "OPS_PORT" "8082") }}{{ end -}}
{{- if eq .component "worker" }}{{ $fixed = merge $fixed (dict "HEALTH_HOST" "0.0.0.0" "HEALTH_PORT" "8081") }}{{ end -}}
{{- if .root.Values.tenantsFile.secretName -}}
{{- $fixed = merge $fixed (dict "TENANTS_FILE" (printf "/etc/identity-events/%s" .root.Values.tenantsFile.key)) -}}
{{- end -}}
{{- if eq (index $given "CAPTURE_STORE") "disk" -}}
{{- $fixed = merge $fixed (dict "CAPTURE_STORE_DIR" "/var/lib/identity-events/images") -}}
{{- end -}}
{{- merge $fixed $given | toYaml }}
{{- end }}

{{/* A value as the services read it: whole numbers in full, not as 2.592e+09. */}}
{{- define "identity-events.text" -}}
{{- if and (kindIs "float64" .) (eq . (floor .)) }}{{ . | int64 | toString | quote }}{{ else }}{{ . | toString | quote }}{{ end }}
{{- end }}

{{/* What an installation cannot do without, told before anything is applied. */}}
{{- define "identity-events.check" -}}
{{- $settings := include "identity-events.settings" . | fromYaml -}}
{{- $secret := concat .root.Values.secret.both (index .root.Values.secret .component) -}}
{{- $needed := list "REDIS_URL" "ENCRYPTION_KEYS" -}}
{{- if eq .component "worker" }}{{ $needed = append $needed "KAFKA_BROKERS" }}{{ end -}}
{{- if eq .component "api" }}{{ $needed = append $needed "VLENS_BASE_URL" }}{{ end -}}
{{- if .root.Values.tenantsFile.secretName }}{{ $needed = without $needed "VLENS_BASE_URL" }}{{ end -}}
{{- if eq (index $settings "CAPTURE_STORE") "s3" }}{{ $needed = append $needed "CAPTURE_STORE_S3_BUCKET" }}{{ end -}}
{{- range $needed -}}
{{- if not (or (get $settings .) (has . $secret)) -}}
{{- fail (printf "%s must be given for the %s: in settings.both or settings.%s, or from the Secret, in secret.both or secret.%s" . $.component $.component $.component) -}}
{{- end -}}
{{- end -}}
{{- if and (eq (index $settings "CAPTURE_STORE") "disk") (not .root.Values.images.existingClaim) -}}
{{- fail "images.existingClaim must name a ReadWriteMany claim for settings.both.CAPTURE_STORE: disk" -}}
{{- end -}}
{{- if hasKey $settings "TLS_CLIENT_CA_FILE" -}}
{{- fail "settings.api.TLS_CLIENT_CA_FILE can not be used here: the probes of Kubernetes show no certificate; ask for clients' in front of the API" -}}
{{- end -}}
{{- if not .root.Values.image.registry }}{{ fail "image.registry must be given" }}{{ end -}}
{{- end }}

{{/* The pod of a component. port: where it answers health checks and metrics. */}}
{{- define "identity-events.pod" -}}
{{- include "identity-events.check" . -}}
{{- $values := .root.Values -}}
{{- $settings := include "identity-events.settings" . | fromYaml -}}
{{- $scheme := ternary "HTTPS" "HTTP" (hasKey $settings "TLS_CERT_FILE") -}}
metadata:
  labels:
    {{- include "identity-events.labels" . | nindent 4 }}
    {{- with $values.podLabels }}{{ toYaml . | nindent 4 }}{{ end }}
  annotations:
    {{- if hasKey $values.podAnnotations "prometheus.io/scrape" }}
    prometheus.io/port: {{ .port | quote }}
    prometheus.io/scheme: {{ lower $scheme }}
    {{- end }}
    {{- with $values.podAnnotations }}{{ toYaml . | nindent 4 }}{{ end }}
spec:
  serviceAccountName: {{ include "identity-events.fullname" .root }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .graceSeconds }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    runAsGroup: 1000
    fsGroup: 1000
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: { type: RuntimeDefault }
  {{- with $values.image.pullSecrets }}
  imagePullSecrets: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.nodeSelector }}
  nodeSelector: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations: {{ toYaml . | nindent 4 }}
  {{- end }}
  topologySpreadConstraints:
    {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels: {{- include "identity-events.selector" $ | nindent 10 }}
    {{- end }}
  containers:
    - name: {{ .component }}
      image: "{{ $values.image.registry }}/identity-events-{{ .component }}:{{ $values.image.tag | default .root.Chart.AppVersion }}"
      imagePullPolicy: {{ $values.image.pullPolicy }}
      ports:
        - name: http
          containerPort: {{ .port }}
        {{- if and (eq .component "api") (include "identity-events.ops" .root) }}
        - name: ops
          containerPort: 8082
        {{- end }}
      env:
        {{- range $name, $value := $settings }}
        - name: {{ $name }}
          value: {{ include "identity-events.text" $value }}
        {{- end }}
        {{- range concat $values.secret.both (index $values.secret .component) }}
        - name: {{ . }}
          valueFrom:
            secretKeyRef: { name: {{ $values.secret.name }}, key: {{ . }} }
        {{- end }}
      # A start may wait for Redis; only a process that does not answer is started again.
      startupProbe:
        httpGet: { path: /healthz, port: http, scheme: {{ $scheme }} }
        periodSeconds: 2
        failureThreshold: 30
      livenessProbe:
        httpGet: { path: /healthz, port: http, scheme: {{ $scheme }} }
        periodSeconds: 10
        timeoutSeconds: 3
        failureThreshold: 3
      readinessProbe:
        httpGet: { path: /readyz, port: http, scheme: {{ $scheme }} }
        periodSeconds: 5
        timeoutSeconds: 3
        failureThreshold: 2
      {{- if eq .component "api" }}
      # Until every node knows that this pod takes no more requests.
      lifecycle:
        preStop:
          sleep: { seconds: 5 }
      {{- end }}
      resources: {{- toYaml (index $values .component).resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        {{- if $values.tenantsFile.secretName }}
        - name: tenants
          mountPath: /etc/identity-events
          readOnly: true
        {{- end }}
        {{- if $values.files.secretName }}
        - name: files
          mountPath: /etc/identity-events-files
          readOnly: true
        {{- end }}
        {{- if eq (index $settings "CAPTURE_STORE") "disk" }}
        - name: images
          mountPath: /var/lib/identity-events/images
        {{- end }}
  volumes:
    - name: tmp
      emptyDir: { sizeLimit: 64Mi }
    {{- with $values.tenantsFile.secretName }}
    # The folder, not the file: a mounted file does not follow the changes of its Secret.
    - name: tenants
      secret: { secretName: {{ . }}, defaultMode: 288 }
    {{- end }}
    {{- with $values.files.secretName }}
    - name: files
      secret: { secretName: {{ . }}, defaultMode: 288 }
    {{- end }}
    {{- if eq (index $settings "CAPTURE_STORE") "disk" }}
    - name: images
      persistentVolumeClaim: { claimName: {{ $values.images.existingClaim }} }
    {{- end }}
{{- end }}
