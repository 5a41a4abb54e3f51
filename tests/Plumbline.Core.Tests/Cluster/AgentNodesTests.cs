using System.Collections.Immutable;
using Plumbline.Core.Cluster;

namespace Plumbline.Core.Tests.Cluster;

/// <summary>Nodes that can have no agent, as providers mark them.</summary>
public class AgentNodesTests
{
    [TestCase("kubernetes.io/os=linux", "", null, ExpectedResult = null)]
    [TestCase("", "", null, ExpectedResult = null, Description = "a node that says nothing may well have one")]
    [TestCase("", "node-role.kubernetes.io/control-plane", "linux", ExpectedResult = null, Description = "agents tolerate taints")]
    [TestCase("kubernetes.io/os=windows", "", null, ExpectedResult = "a Windows node")]
    [TestCase("", "", "windows", ExpectedResult = "a Windows node", Description = "as the kubelet says")]
    [TestCase("kubernetes.io/os=darwin", "", null, ExpectedResult = "a node of the operating system 'darwin'")]
    [TestCase("eks.amazonaws.com/compute-type=fargate kubernetes.io/os=linux", "", null, ExpectedResult = "a Fargate node")]
    [TestCase("kubernetes.io/os=linux", "eks.amazonaws.com/compute-type", null, ExpectedResult = "a Fargate node")]
    [TestCase("eks.amazonaws.com/compute-type=ec2 kubernetes.io/os=linux", "", null, ExpectedResult = null)]
    [TestCase("type=virtual-kubelet", "", null, ExpectedResult = "a virtual node")]
    [TestCase("kubernetes.io/os=linux", "virtual-kubelet.io/provider", null, ExpectedResult = "a virtual node")]
    [TestCase("type=kwok", "", null, ExpectedResult = "a simulated node")]
    public string? Obstacle_OfNode_IsWhyNoAgentCanRun(string labels, string taint, string? system) => AgentNodes.Obstacle(
        labels.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('=')).ToImmutableSortedDictionary(l => l[0], l => l[1]),
        taint.Length == 0 ? [] : [taint],
        system);
}
