package template

import (
	"strings"
	"testing"
)

const constrained = `
Parameters:
  Size: { Type: String, Default: small, AllowedValues: [small, large] }
  Code: { Type: String, Default: abc, AllowedPattern: "[a-z]+", ConstraintDescription: lower case only, NoEcho: true }
  Short: { Type: String, Default: ab, MinLength: 2, MaxLength: 3 }
  Count: { Type: Number, Default: 5, MinValue: 1, MaxValue: 10 }
  Names: { Type: CommaDelimitedList, Default: "a, b", AllowedPattern: "[a-z]" }
  Stored: { Type: "AWS::SSM::Parameter::Value<String>", Default: /a/path, AllowedPattern: "/.+" }
  Bare: { Type: String }
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: f/
      Environment: { Variables: { V: !Sub "${Size} ${Code} ${Short} ${Count} ${Stored} ${Bare}", N: !Join [+, !Ref Names] } }
`

func TestAParameterMustSatisfyItsDeclaration(t *testing.T) {
	path := write(t, "template.yaml", constrained)
	for _, c := range []struct{ name, value, want string }{
		{"Size", "large", ""},
		{"Size", "medium", "Parameters.Size: the value must be one of small, large; give another one with --parameter Size=VALUE"},
		{"Code", "xyz", ""},
		{"Code", "xyZ1", "Parameters.Code: the value must match the pattern [a-z]+: lower case only"},
		{"Code", "abc\n", "must match the pattern"},
		{"Code", "", "must match the pattern"},
		{"Short", "äöü", ""},
		{"Short", "a", "must respect MinLength, which is 2 characters"},
		{"Short", "abcd", "must respect MaxLength, which is 3 characters"},
		{"Count", "10", ""},
		{"Count", "0", "must respect MinValue, which is 1"},
		{"Count", "10.5", "must respect MaxValue, which is 10"},
		{"Count", "many", "must be a number"},
		{"Names", "x, y,z", ""},
		{"Names", "x,yy", "must match the pattern [a-z]"},
		{"Unknown", "x", "there is no parameter Unknown"},
	} {
		given := map[string]string{"Bare": "b", "Stored": "s", c.name: c.value}
		_, err := Load(path, given)
		if c.want == "" && err != nil {
			t.Errorf("%s=%q: %v", c.name, c.value, err)
		}

		if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s=%q: got %v, want %s", c.name, c.value, err, c.want)
		}

		if err != nil && c.name == "Code" && c.value != "" && strings.Contains(err.Error(), c.value) {
			t.Errorf("%s=%q: the error repeats the value", c.name, c.value)
		}
	}
}

func TestAParameterWithoutAUsableValueMustBeGiven(t *testing.T) {
	path := write(t, "template.yaml", constrained)
	for missing, given := range map[string]map[string]string{
		"Bare":   {"Stored": "s"},
		"Stored": {"Bare": "b"}, // its default is a path in the parameter store of Systems Manager
	} {
		want := "give it a value with --parameter " + missing + "=VALUE"
		if _, err := Load(path, given); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("without %s: got %v, want %s", missing, err, want)
		}
	}

	loaded := load(t, map[string]string{"Bare": "b", "Stored": "s"}, "template.yaml", constrained)
	if got, want := loaded.Functions[0].Environment["V"], "small abc ab 5 s b"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestADefaultMustSatisfyItsDeclarationToo(t *testing.T) {
	text := strings.Replace(constrained, "Default: small", "Default: medium", 1)
	_, err := Load(write(t, "template.yaml", text), map[string]string{"Bare": "b", "Stored": "s"})
	if err == nil || !strings.Contains(err.Error(), "must be one of small, large") {
		t.Errorf("got %v, want an error about the default", err)
	}
}

func TestAPatternThatCannotBeCheckedIsAnError(t *testing.T) {
	text := strings.Replace(constrained, `"[a-z]+"`, `"(?=a).*"`, 1)
	_, err := Load(write(t, "template.yaml", text), map[string]string{"Bare": "b", "Stored": "s"})
	if err == nil || !strings.Contains(err.Error(), "can't check AllowedPattern") {
		t.Errorf("got %v, want an error about the pattern", err)
	}
}
