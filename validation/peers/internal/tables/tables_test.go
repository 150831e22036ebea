package tables_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ito-sde/ito/validation/peers/internal/tables"
)

func TestReport(t *testing.T) {
	rows := [][]string{{"a", "long"}, {"1", "2"}}
	path := filepath.Join(t.TempDir(), "page.md")
	var out strings.Builder
	require.NoError(t, tables.Report(&out, path, "See %s.\n\n", rows))
	require.Equal(t, "a  long\n1  2\n", out.String())
	page, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "See "+path+".\n\n| a | long |\n| --- | --- |\n| 1 | 2 |\n", string(page))

	require.NoError(t, tables.Report(&out, "", "See %s.", rows))
	require.ErrorContains(t, tables.Report(&out, filepath.Join(path, "no"), "%s", rows), path)
}
