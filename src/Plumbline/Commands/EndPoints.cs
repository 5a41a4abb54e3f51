using System.CommandLine;
using System.Net;

namespace Plumbline.Commands;

internal static class EndPoints
{
    /// <summary>An option that must be address:port; empty where the option may be switched off.</summary>
    public static void Validate(Option<string> option, bool mayBeEmpty = false) => option.Validators.Add(result =>
    {
        var value = result.GetValueOrDefault<string>() ?? "";
        if (!(mayBeEmpty && value.Length == 0) && !(IPEndPoint.TryParse(value, out var parsed) && parsed.Port > 0))
        {
            result.AddError($"{option.Name} must be address:port, such as [::]:8080, not '{value}'");
        }
    });
}
