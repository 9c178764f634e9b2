// What istiod logs, which is nothing unless asked for.

package main

import (
	istiolog "istio.io/istio/pkg/log"
)

func setLog(o *istiolog.Options, level string) {
	for l, n := range map[istiolog.Level]string{istiolog.NoneLevel: "none", istiolog.ErrorLevel: "error", istiolog.WarnLevel: "warn", istiolog.InfoLevel: "info", istiolog.DebugLevel: "debug"} {
		if n == level {
			for _, s := range istiolog.Scopes() {
				setScope(o, s.Name(), l)
			}
			setScope(o, istiolog.OverrideScopeName, l)
		}
	}
}
