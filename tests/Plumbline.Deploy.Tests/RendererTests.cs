using Plumbline.Deploy.Tests.Rendering;

namespace Plumbline.Deploy.Tests;

/// <summary>That the test renderer does as Helm does where the two could differ; each case is Helm's documented behaviour.</summary>
public sealed class RendererTests
{
    [TestCase("a: {{ .Values.none }}", "a: ", TestName = "Value_Missing_IsEmpty")]
    [TestCase("a: {{ .Values.none | default \"d\" }}", "a: d", TestName = "Value_MissingWithDefault_IsTheDefault")]
    [TestCase("a: {{ .Values.map.none }}", "a: ", TestName = "Value_MissingInMap_IsEmpty")]
    [TestCase("a:\n{{ toYaml .Values.map | indent 2 }}", "a:\n  k: v", TestName = "ToYaml_Map_EndsWithoutLineBreak")]
    [TestCase("a: {{ toYaml .Values.list | nindent 2 }}", "a: \n  - 1\n  - two", TestName = "ToYaml_List_IsIndented")]
    [TestCase("a: {{ toJson .Values.list }}", "a: [1,\"two\"]", TestName = "ToJson_List_IsFlow")]
    [TestCase("a: {{ (fromYaml \"{x: 5}\").x }}", "a: 5", TestName = "FromYaml_Map_HasItsKeys")]
    [TestCase("a: {{ include \"fixture.name\" . }}", "a: release-fixture", TestName = "Include_Helper_IsRendered")]
    [TestCase("a: {{ tpl \"{{ .Release.Namespace }}\" . }}", "a: default", TestName = "Tpl_Text_IsRendered")]
    [TestCase("a: {{ .Chart.Name }}-{{ .Chart.Version }}-{{ .Chart.AppVersion }}", "a: fixture-1.2.3-4.5.6", TestName = "Chart_Fields_AreUpperCase")]
    [TestCase("a: {{ .Release.Service }}/{{ .Release.IsInstall }}/{{ .Release.IsUpgrade }}/{{ .Release.Revision }}", "a: Helm/true/false/1", TestName = "Release_Fields_AreAnInstallation")]
    [TestCase("a: {{ .Capabilities.APIVersions.Has \"x.io/v1\" }}", "a: false", TestName = "ApiVersions_NotGiven_HasNot")]
    [TestCase("a: {{ semverCompare \">=1.32-0\" .Capabilities.KubeVersion.Version }}", "a: true", TestName = "KubeVersion_Default_IsComparable")]
    [TestCase("a: {{ .Files.Get \"files/one.txt\" | quote }}", "a: \"uno\\n\"", TestName = "Files_Get_IsTheText")]
    [TestCase("a: {{ .Files.Get \"templates/object.yaml\" | quote }}", "a: \"\"", TestName = "Files_GetTemplate_IsEmpty")]
    [TestCase("data:\n{{ (.Files.Glob \"files/*\").AsConfig | indent 2 }}", "data:\n  one.txt: |\n    uno", TestName = "Files_AsConfig_IsByBaseName")]
    [TestCase("a: {{ empty (lookup \"v1\" \"Secret\" \"ns\" \"n\") }}", "a: true", TestName = "Lookup_WithoutCluster_IsEmpty")]
    [TestCase("a: {{ .Template.Name }}", "a: fixture/templates/object.yaml", TestName = "Template_Name_IsChartAndPath")]
    [TestCase("a: {{ .Values.big }}", "a: 1e+06", TestName = "Value_BigNumber_IsAFloatAsInHelm")]
    [TestCase("a: {{ .Values.big | int }}", "a: 1000000", TestName = "Value_BigNumberAsInt_IsWhole")]
    public async Task Template(string template, string expected)
    {
        using var chart = new FixtureChart("map: {k: v}\nlist: [1, two]\nbig: 1000000\n", template);
        chart.Add("templates/_helpers.tpl", """{{- define "fixture.name" -}}{{ .Release.Name }}-{{ .Chart.Name }}{{- end -}}""").Add("files/one.txt", "uno\n");

        Assert.That(await chart.TextAsync(), Is.EqualTo($"---\n# Source: fixture/templates/object.yaml\n{expected}\n"));
    }

    [TestCase("a: {{ required \"say a\" .Values.none }}", "say a", TestName = "Required_Missing_FailsWithItsMessage")]
    [TestCase("a: {{ required \"say a\" .Values.blank }}", "say a", TestName = "Required_Blank_FailsWithItsMessage")]
    [TestCase("{{ fail \"no good\" }}", "no good", TestName = "Fail_FailsWithItsMessage")]
    [TestCase("a: {{ .Values.none.deeper }}", "nil pointer evaluating interface {}.deeper", TestName = "Value_BelowMissing_Fails")]
    [TestCase("a: {{ env \"HOME\" }}", "function \"env\" not defined", TestName = "Env_IsNotThere")]
    [TestCase("a: {{ include \"nowhere\" . }}", "no template \"nowhere\"", TestName = "Include_Unknown_Fails")]
    [TestCase("{{- define \"x\" }}{{ include \"x\" . }}{{ end }}a: {{ include \"x\" . }}", "includes itself without end", TestName = "Include_OfItself_Fails")]
    [TestCase("a: {{ if }}", "templates/object.yaml", TestName = "Syntax_Wrong_NamesTheFile")]
    [TestCase("a: b\n c: d", "templates/object.yaml renders no YAML", TestName = "Yaml_Wrong_NamesTheFile")]
    [TestCase("a: 1\na: 2", "already set in map", TestName = "Yaml_KeyTwice_Fails")]
    public async Task BadTemplate(string template, string expected)
    {
        using var chart = new FixtureChart("blank: \"\"\n", template);

        Assert.That(await chart.FailAsync(), Does.Contain(expected));
    }

    [Test]
    public async Task Documents_Empty_AreDropped()
    {
        using var chart = new FixtureChart("", "# only a comment\n---\n\n---\na: 1\n--- # more\nb: 2\n---\n{{- if false }}\nc: 3\n{{- end }}\n");

        Assert.That((await chart.ObjectsAsync()).Select(o => o.ToJsonString()), Is.EqualTo(new[] { """{"a":1}""", """{"b":2}""" }));
    }

    [Test]
    public async Task Notes_AreNoManifest_AndPrintedWhenAskedFor()
    {
        using var chart = new FixtureChart("", "a: 1").Add("templates/NOTES.txt", "Look: {{ .Release.Name }}\n");

        Assert.That(await chart.TextAsync(), Does.Not.Contain("Look"));
        Assert.That(await chart.TextAsync("--notes"), Is.EqualTo("Look: release\n"));
    }

    [TestCase("map.k=w", """{"map":{"k":"w","l":1},"list":[1,"two"]}""")]
    [TestCase("map.n.o=true,map.l=null", """{"map":{"k":"v","n":{"o":true}},"list":[1,"two"]}""")]
    [TestCase(@"map.a\.b/c=x\,y", """{"map":{"a.b/c":"x,y","k":"v","l":1},"list":[1,"two"]}""")]
    [TestCase("list={x,2}", """{"map":{"k":"v","l":1},"list":["x",2]}""")]
    [TestCase("list[1].a=b", """{"map":{"k":"v","l":1},"list":[null,{"a":"b"}]}""")]
    [TestCase("map=", """{"map":"","list":[1,"two"]}""")]
    [TestCase("map.k=007", """{"map":{"k":"007","l":1},"list":[1,"two"]}""")]
    [TestCase("map.k=a=b", """{"map":{"k":"a=b","l":1},"list":[1,"two"]}""")]
    public async Task Set_Value_OverridesTheDefault(string set, string expected)
    {
        using var chart = new FixtureChart("map: {k: v, l: 1}\nlist: [1, two]\n");

        var values = (await chart.ObjectsAsync("--print-values", "--set", set)).Single();

        Assert.That(System.Text.Json.Nodes.JsonNode.DeepEquals(values, System.Text.Json.Nodes.JsonNode.Parse(expected)), Is.True, values.ToJsonString());
    }

    [TestCase("novalue", "has no value")]
    [TestCase("a..b=1", "a key is empty")]
    [TestCase("a[x]=1", "is no index")]
    public async Task Set_Malformed_SaysSo(string set, string expected)
    {
        using var chart = new FixtureChart();

        Assert.That(await chart.FailAsync("--set", set), Does.Contain(expected));
    }

    [Test]
    public async Task Files_Several_TheLastWinsAndNullTakesTheDefaultAway()
    {
        using var chart = new FixtureChart("map: {k: v, l: 1, m: 2}\n");
        chart.Add("one.yaml", "map: {k: one, l: null}\n").Add("two.yaml", "map: {k: two}\n");

        var values = (await chart.ObjectsAsync("--print-values", "-f", chart.PathOf("one.yaml"), "-f", chart.PathOf("two.yaml"))).Single();

        Assert.That(values.ToJsonString(), Is.EqualTo("""{"map":{"k":"two","m":2}}"""));
    }

    [Test]
    public async Task Schema_Violated_ListsEveryProblem()
    {
        using var chart = new FixtureChart("replicas: 2\nname: x\n")
            .Add("values.schema.json", """{"type":"object","additionalProperties":false,"properties":{"replicas":{"type":"integer"},"name":{"type":"string"}}}""");

        var error = await chart.FailAsync("--set", "replicas=two,name=5,nmae=y");

        Assert.That(error, Does.Contain("- replicas: Invalid type. Expected: integer, given: string"));
        Assert.That(error, Does.Contain("- name: Invalid type. Expected: string, given: integer"));
        Assert.That(error, Does.Contain("Additional property nmae is not allowed"));
    }

    [Test]
    public async Task KubeVersion_TooOld_IsRefused()
    {
        using var chart = new FixtureChart();
        chart.Add("Chart.yaml", "apiVersion: v2\nname: fixture\nversion: 1.2.3\nkubeVersion: '>=1.30.0-0'\n");

        Assert.That(await chart.FailAsync("--kube-version", "1.29.4"), Does.Contain("chart requires kubeVersion: >=1.30.0-0"));
        Assert.That((await chart.RunAsync("--kube-version", "v1.30.1-gke.7")).ExitCode, Is.Zero);
    }

    [TestCase("release")]
    [TestCase("release", "/nowhere")]
    [TestCase("--fancy")]
    public async Task CommandLine_Wrong_IsRefused(params string[] arguments)
    {
        var run = await Renderer.RunAsync(arguments);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("Error:"));
    }
}
