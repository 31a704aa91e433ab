Feature: Roles and separation
  Two nodes, two roles: the management hypervisor carries what the lab needs to recover, the tenant hypervisor what may
  be rebuilt at any time. They are separate machines, and neither does the other's work.

  @req:ROLE-01
  Scenario: The site has one hypervisor for each role
    When the site is audited
    Then every hypervisor satisfies ROLE-01

  @req:ROLE-02 @req:SEP-02 @req:AVL-01
  Scenario Outline: The management hypervisor keeps to its role
    When the site is audited
    Then the management hypervisor satisfies <requirement>

    Examples:
      | requirement |
      | ROLE-02     |
      | SEP-02      |
      | AVL-01      |

  @req:ROLE-04
  Scenario: The tenant hypervisor keeps to its role
    When the site is audited
    Then the tenant hypervisor satisfies ROLE-04

  @req:SEP-01
  Scenario: The roles sit on separate machines
    When the site is audited
    Then every hypervisor satisfies SEP-01

  @req:SEP-01 @req:CLU-04 @disposable @power
  Scenario: Losing the tenant node leaves the management node working
    Given the tenant hypervisor loses its power
    When the site is audited
    Then the management hypervisor satisfies CLU-04
    And all guests of the management hypervisor still run

  @req:ROLE-03
  Scenario: The workload categories wait for their milestone
    When the site is audited
    Then ROLE-03 is reported as future on the management hypervisor

  @req:ROLE-02 @req:SEP-02 @req:AVL-01 @disposable @plant
  Scenario Outline: A management hypervisor that leaves its role is found
    Given the management hypervisor has "<violation>"
    When the site is audited
    Then the management hypervisor fails <requirement>

    Examples:
      | violation                              | requirement |
      | a tenant guest                         | ROLE-02     |
      | a DNS guest                            | SEP-02      |
      | a DHCP server of its own               | SEP-02      |
      | masquerading                           | SEP-02      |
      | a guest that stays off after a power cut | AVL-01    |

  @req:ROLE-04 @disposable @plant
  Scenario: A management guest on the tenant hypervisor is found
    Given the tenant hypervisor has "a management guest"
    When the site is audited
    Then the tenant hypervisor fails ROLE-04

  @req:SEP-01 @disposable @plant
  Scenario Outline: Two roles on one machine are found
    Given the tenant hypervisor has "<violation>"
    When the site is audited
    Then every hypervisor fails SEP-01

    Examples:
      | violation                   |
      | the other node's board      |
