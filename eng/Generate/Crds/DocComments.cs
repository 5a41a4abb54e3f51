using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Plumbline.Generate.Crds;

/// <summary>Summaries of doc comments, from the XML that the compiler writes beside an assembly.</summary>
public sealed partial class DocComments
{
    private readonly Dictionary<Assembly, Dictionary<string, XElement>> _read = [];

    /// <summary>Null where the member has no summary.</summary>
    public string? Of(MemberInfo member)
    {
        var type = member as Type ?? member.DeclaringType!;
        var name = type.FullName!.Replace('+', '.');
        var id = member is Type ? $"T:{name}" : $"P:{name}.{member.Name}";
        return MembersOf(type.Assembly).GetValueOrDefault(id)?.Element("summary") is { } summary ? Text(summary) : null;
    }

    private Dictionary<string, XElement> MembersOf(Assembly assembly)
    {
        if (_read.TryGetValue(assembly, out var known))
            return known;

        var file = Path.ChangeExtension(assembly.Location, ".xml");
        if (!File.Exists(file))
            throw new GenerateException($"{file} is missing: {assembly.GetName().Name} needs GenerateDocumentationFile in its project");

        return _read[assembly] = XDocument.Load(file).Descendants("member").ToDictionary(m => (string)m.Attribute("name")!);
    }

    private static string Text(XElement summary) => Blanks().Replace(string.Concat(summary.Nodes().Select(Text)), " ").Trim();

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { IsEmpty: true } element when (string?)element.Attribute("cref") is { } cref => Referenced(cref[0], cref[(cref.LastIndexOf('.') + 1)..]),
        XElement element => element.Value,
        _ => "",
    };

    /// <summary>Who reads the schema knows members by their names in JSON.</summary>
    private static string Referenced(char kind, string name) => kind == 'P' ? JsonNamingPolicy.CamelCase.ConvertName(name) : name;

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
