package main

import (
	"errors"
	"log/slog"
	"os"

	helm "helm.sh/helm/v4/pkg/cmd"
	helmkube "helm.sh/helm/v4/pkg/kube"
)

// In a file of its own, because a release of helm fits one release of Kubernetes only: builds of
// others go without it.
func init() {
	programs["helm"] = runHelm
}

// helm prints its own errors, and names the exit code of those that want another than 1.
func runHelm() {
	helmkube.ManagedFieldsManager = "helm"
	command, err := helm.NewRootCmd(os.Stdout, os.Args[1:], helm.SetupLogging)
	if err != nil {
		slog.Error("helm cannot start", "error", err)
		os.Exit(1)
	}
	if err := command.Execute(); err != nil {
		var wanted helm.CommandError
		if errors.As(err, &wanted) {
			os.Exit(wanted.ExitCode)
		}
		os.Exit(1)
	}
}
