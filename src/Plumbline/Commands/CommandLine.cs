using System.CommandLine;

namespace Plumbline.Commands;

/// <summary>What the verbs for people have in common.</summary>
internal static class CommandLine
{
    /// <summary>The command line itself is wrong.</summary>
    public const int UsageError = 2;

    /// <summary>An argument that takes anything would also take a misspelt option, as the name of a file that is not there.</summary>
    public static void RefuseOptions(Argument<string[]> argument) => argument.Validators.Add(result =>
    {
        foreach (var token in result.Tokens.Where(t => t.Value.Length > 1 && t.Value[0] == '-'))
            result.AddError($"unknown option '{token.Value}' (see --help); a file of that name is ./{token.Value}");
    });
}
