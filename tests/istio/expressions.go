// Regular expressions as Go reads them, which is as RE2 does.

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
)

// runMatch reads pairs of an expression and a text from stdin, and says of each whether the expression matches the whole text;
// null if it is none.
func runMatch() int {
	in := json.NewDecoder(os.Stdin)
	for {
		var asked struct{ Expression, Text string }
		switch err := in.Decode(&asked); {
		case errors.Is(err, io.EOF):
			return 0
		case err != nil:
			fmt.Println(err)
			return 2
		}
		var matches *bool
		if _, err := regexp.Compile(asked.Expression); err == nil {
			x := fullRegex(asked.Expression, asked.Text)
			matches = &x
		}
		printJSON(os.Stdout, matches)
	}
}
