using System.Diagnostics;
using System.Text;
using Plumbline.Probing.Namespaces;
using Plumbline.Testing;

namespace Plumbline.Probing.Tests.Fixtures;

/// <summary>A real server as a process inside a namespace, ended with the test.</summary>
internal sealed class NamespaceProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();

    private NamespaceProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>All that it wrote to standard output and error.</summary>
    public string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    /// <summary>Ignores the running test where the program is not installed.</summary>
    public static NamespaceProcess Start(NetworkNamespace where, string package, string program, params string[] arguments)
    {
        var path = Find(program);
        if (path is null)
            Assert.Ignore($"{program} is not installed; Debian has it in {package}");
        var start = new ProcessStartInfo("ip", ["netns", "exec", Path.GetFileName(where.Path!), path!, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new NamespaceProcess(Process.Start(start)!);
    }

    /// <summary>The program's path; null when it is not installed.</summary>
    public static string? Find(string program) => Path.IsPathRooted(program)
        ? File.Exists(program) ? program : null
        : new[] { "/usr/sbin", "/usr/bin", "/sbin", "/bin" }.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    public async Task SaysAsync(string text) => await Eventually.TrueAsync(() => Task.FromResult(Said.Contains(text, StringComparison.Ordinal) || _process.HasExited), () => $"'{text}' in: {Said}");

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Take(string? line)
    {
        lock (_said)
            _said.AppendLine(line);
    }
}
