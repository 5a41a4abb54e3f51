using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Lab.Launch;

namespace Plumbline.Lab.Tests.Network;

/// <summary>
/// What this program does when the tests start it: <c>inside &lt;scenario&gt;</c> is the inner process, <c>launch &lt;state&gt; &lt;scenario&gt;</c> an outer one
/// that can be killed.
/// </summary>
internal static class InsideProgram
{
    public const int Failed = 3;

    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["inside", var scenario]:
                return await RunInsideAsync(scenario);
            case ["launch", var state, var scenario]:
                var outcome = await NamespaceLauncher.RunAsync(Request(state, scenario), Console.Out, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
                Console.WriteLine(outcome);
                return outcome is LaunchOutcome.Exited exited ? exited.Code : Failed;
            default:
                // The test platform loads this assembly and never calls this.
                return 0;
        }
    }

    public static LaunchRequest Request(string state, string scenario) => new()
    {
        Command = [Tool.PathOf("dotnet"), typeof(InsideProgram).Assembly.Location],
        Arguments = ["inside", scenario],
        StateDirectory = state,
    };

    public static MethodInfo Find(string scenario) => Scenarios().Single(m => m.Name == scenario);

    public static IEnumerable<MethodInfo> Scenarios() =>
        from type in typeof(InsideProgram).Assembly.GetTypes()
        where type.GetCustomAttribute<ScenariosAttribute>() is not null
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
        select method;

    private static async Task<int> RunInsideAsync(string scenario)
    {
        try
        {
            using var inside = InsideNamespaces.Enter();
            var result = Find(scenario).Invoke(null, [inside])!;
            if (result is Task<int> coded)
            {
                return await coded;
            }

            await (Task)result;
            return 0;
        }
#pragma warning disable CA1031 // the outer process shows it
        catch (Exception e)
#pragma warning restore CA1031
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{e}"));
            return Failed;
        }
    }
}

/// <summary>Public static methods of the class run inside the namespaces: <c>Task Name(InsideNamespaces)</c>, or <c>Task&lt;int&gt;</c> for an exit code.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ScenariosAttribute : Attribute
{
    /// <summary>False: only run by a test that asks for it by name.</summary>
    public bool IsTest { get; init; } = true;
}
