Feature: Deterministic MAC addresses
  A management guest is who its inventory MAC says it is: name, address and role follow from it, also after a rebuild.

  @req:MAC-01 @req:MAC-02 @req:MAC-03 @req:MAC-05
  Scenario Outline: Management guests have the MACs of the inventory
    When the site is audited
    Then the management hypervisor satisfies <requirement>

    Examples:
      | requirement |
      | MAC-01      |
      | MAC-02      |
      | MAC-03      |
      | MAC-05      |

  @req:MAC-04 @req:MAC-07
  Scenario Outline: MACs are unique and well written
    When the site is audited
    Then every hypervisor satisfies <requirement>

    Examples:
      | requirement |
      | MAC-04      |
      | MAC-07      |

  @req:MAC-01 @req:TPL-05 @disposable
  Scenario: A clone keeps the MAC that the inventory gives it
    Given management VM "metrics-vm01" is gone
    When it is cloned again from the Fedora template
    Then its MAC is the one in the inventory

  @req:MAC-03 @req:MAC-05 @req:NET-03 @disposable @leases
  Scenario: A rebuilt management VM gets its address again
    Given management VM "metrics-vm01" runs on the management hypervisor with its inventory MAC
    When it is destroyed and cloned again from the Fedora template
    Then the core router leases it the same address as before

  @req:MAC-01 @req:MAC-02 @disposable
  Scenario: A MAC that Proxmox invents is found
    Given "probe-vm01" is cloned from the Fedora template on the management hypervisor without a MAC
    When the site is audited
    Then the management hypervisor fails MAC-02
    And the management hypervisor fails MAC-01

  @req:MAC-06 @disposable
  Scenario: A MAC that Proxmox invents for a tenant is accepted
    Given "probe-vm01" is cloned from the Fedora template on the tenant hypervisor without a MAC
    When the site is audited
    Then MAC-06 is reported as future on the tenant hypervisor
    And the tenant hypervisor satisfies MAC-04

  @req:MAC-01 @req:MAC-02 @req:MAC-03 @req:MAC-04 @disposable @plant
  Scenario Outline: A guest with a wrong MAC is found
    Given the management hypervisor has "<violation>"
    When the site is audited
    Then the management hypervisor fails <requirement>

    Examples:
      | violation                     | requirement |
      | a guest with an unknown MAC   | MAC-01      |
      | a guest with an invented MAC  | MAC-02      |
      | two guests with swapped MACs  | MAC-03      |
      | a MAC of the other node's guest | MAC-04    |

  @req:MAC-05 @req:MAC-07 @disposable @plant
  Scenario Outline: A wrong inventory is found
    Given the inventory gives the management guests "<violation>"
    When the site is audited
    Then the management hypervisor fails <requirement>

    Examples:
      | violation           | requirement |
      | no reservation      | MAC-05      |
      | MACs in upper case  | MAC-07      |
