using System.CommandLine;
using Plumbline.Import.Mapping;

namespace Plumbline.Commands;

internal static class NamespaceOption
{
    public static void Validate(Option<string> @namespace) => @namespace.Validators.Add(result =>
    {
        if (result.GetValue(@namespace) is { } name && !ObjectNames.IsLabel(name))
            result.AddError($"--namespace '{name}' must be at most 63 lower-case letters, digits and dashes");
    });
}
