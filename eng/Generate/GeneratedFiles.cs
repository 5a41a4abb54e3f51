using Plumbline.Generate.Crds;
using Plumbline.Generate.Rbac;

namespace Plumbline.Generate;

/// <summary>Everything that is made from the code.</summary>
public static class GeneratedFiles
{
    public static IReadOnlyList<GeneratedFile> All(string repository) => [.. CrdFiles.All(), .. RbacFiles.All(repository)];
}
