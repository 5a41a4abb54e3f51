using Plumbline.Api;
using Plumbline.Import.Files;

namespace Plumbline.Generate.Crds;

/// <summary>The definitions of our kinds, for kubectl and for the chart.</summary>
public static class CrdFiles
{
    private static readonly Type[] Kinds = [typeof(V1Alpha1Component), typeof(V1Alpha1ConnectionMap), typeof(V1Alpha1Connection)];

    private static readonly string[] Folders = ["deploy/crds", "charts/plumbline/files/crds"];

    public static IReadOnlyList<GeneratedFile> All()
    {
        var docs = new DocComments();
        return
        [
            .. from kind in Kinds
               let definition = new CrdBuilder(docs).Build(kind)
               let text = $"# Made from the types of src/Plumbline.Api by `{GeneratedFile.Command}`. Do not edit.\n{ManifestYaml.Write([definition])}"
               from folder in Folders
               select new GeneratedFile($"{folder}/{definition["spec"]!["group"]}_{definition["spec"]!["names"]!["plural"]}.yaml", text),
        ];
    }
}
